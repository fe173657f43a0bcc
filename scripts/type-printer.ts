/** The part of JSON Schema that zod's output uses here. */
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
  /** The type that a $ref stands for. */
  nameOf(ref: string): string;
  /** What an optional field may be beside absent: a caller may write undefined, an answer has none. */
  orUndefined: boolean;
}

/** A JSON Schema as a TypeScript type with doc comments. */
export function printType(schema: JsonSchema, style: Style, depth: number): string {
  const print = (each: JsonSchema) => printType(each, style, depth);
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
      throw new Error(`No TypeScript for ${JSON.stringify(schema)}`);
  }
}

/** What is true of all ids is said once, of all of them. */
const EVERY_ID = 'UUID v7';

function printObject(schema: JsonSchema, style: Style, depth: number): string {
  const { properties = {}, required = [], additionalProperties } = schema;
  const fields = Object.entries(properties).map(([key, field]) => {
    const type = printType(field, style, depth + 1);
    const { description } = field;
    const comment = description && description !== EVERY_ID ? doc([description], depth + 1) : '';
    const optional = required.includes(key) ? '' : '?';
    const absent = optional && style.orUndefined ? ' | undefined' : '';
    return `${comment}${'  '.repeat(depth + 1)}${key}${optional}: ${type}${absent};`;
  });
  if (typeof additionalProperties === 'object' && fields.length === 0)
    return `Record<string, ${printType(additionalProperties, style, depth)}>`;
  if (fields.length === 0) return 'Record<string, unknown>';
  return `{\n${fields.join('\n')}\n${'  '.repeat(depth)}}`;
}

export function doc(lines: string[], depth: number): string {
  const indent = '  '.repeat(depth);
  const safe = lines.map((line) => line.replaceAll('*/', '*\\/'));
  if (safe.length === 0) return '';
  if (safe.length === 1) return `${indent}/** ${safe[0]} */\n`;
  return `${indent}/**\n${safe.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;
}
