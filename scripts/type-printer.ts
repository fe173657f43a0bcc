/** The subset of JSON Schema that Zod generates for the server's schemas. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  items?: JsonSchema;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  description?: string;
}

export interface Style {
  /** Returns the name of the type that a `$ref` refers to. */
  nameOf(ref: string): string;
  /** True if optional fields also accept undefined: inputs do, outputs never contain it. */
  orUndefined: boolean;
}

/**
 * Returns a JSON Schema as a TypeScript type with doc comments.
 * @param depth indentation level of the type's closing brace
 */
export function printType(schema: JsonSchema, style: Style, depth: number): string {
  const print = (part: JsonSchema) => printType(part, style, depth);
  if (schema.$ref) return style.nameOf(schema.$ref);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const union = schema.anyOf ?? schema.oneOf;
  if (union) return [...new Set(union.map(print))].join(' | ');
  if (schema.allOf) return schema.allOf.map(print).join(' & ');
  if (Array.isArray(schema.type))
    return schema.type.map((type) => print({ ...schema, type })).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    case 'number':
    case 'integer':
      return 'number';
    case 'array': {
      const item = print(schema.items ?? {});
      return / [|&] /.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
    }
    case 'object':
      return printObject(schema, style, depth);
    case undefined:
      return 'unknown';
    default:
      throw new Error(`Cannot print ${JSON.stringify(schema)} as a TypeScript type`);
  }
}

/** Omitted from field comments. The comment on `Api` covers all ids. */
const ID_DESCRIPTION = 'UUID v7.';

function printObject(schema: JsonSchema, style: Style, depth: number): string {
  const { properties = {}, required = [], additionalProperties } = schema;
  const fields = Object.entries(properties).map(([key, field]) => {
    const type = printType(field, style, depth + 1);
    const description = field.description && sentence(field.description);
    const comment =
      description && description !== ID_DESCRIPTION ? docComment([description], depth + 1) : '';
    const optional = required.includes(key) ? '' : '?';
    const orUndefined = optional && style.orUndefined ? ' | undefined' : '';
    return `${comment}${'  '.repeat(depth + 1)}${key}${optional}: ${type}${orUndefined};`;
  });
  if (typeof additionalProperties === 'object' && fields.length === 0)
    return `Record<string, ${printType(additionalProperties, style, depth)}>`;
  if (fields.length === 0) return 'Record<string, unknown>';
  return `{\n${fields.join('\n')}\n${'  '.repeat(depth)}}`;
}

/** Ends a description with a period. Summaries and short descriptions have none in OpenAPI. */
export function sentence(text: string): string {
  return /[.!?:]$/.test(text) ? text : `${text}.`;
}

const LINE_WIDTH = 100;

/**
 * Returns a doc comment, wrapped, with a blank line between paragraphs.
 * @param tag a block tag such as `@throws`, which follows the last paragraph
 */
export function docComment(paragraphs: string[], depth = 0, tag?: string): string {
  const indent = '  '.repeat(depth);
  const escaped = paragraphs.map((text) => text.replaceAll('*/', '*\\/'));
  const single = `${indent}/** ${escaped[0]} */`;
  if (escaped.length === 1 && tag === undefined && single.length <= LINE_WIDTH)
    return `${single}\n`;
  const width = LINE_WIDTH - indent.length - ' * '.length;
  const lines = escaped.map((text) => wrap(text, width)).join('\n\n');
  const body = [lines, tag && wrap(tag, width)].filter(Boolean).join('\n');
  const commented = body.split('\n').map((line) => `${indent} * ${line}`.trimEnd());
  return [`${indent}/**`, ...commented, `${indent} */`, ''].join('\n');
}

function wrap(text: string, width: number): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.join('\n');
}
