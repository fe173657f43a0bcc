import { z } from 'zod';
import { docComment, type JsonSchema, printType, type Style, sentence } from './type-printer.ts';

interface PrintOptions {
  io: 'input' | 'output';
  /** The type's name if it refers to itself. Other types are printed inline, or by schema id. */
  name: string;
  /** Fields to leave out. */
  omit?: string[];
  /**
   * Indentation level of the type's closing brace.
   * @default 1
   */
  depth?: number;
}

export interface SdkTypes {
  /** Returns a Zod schema as a TypeScript type. Schemas with an `id` become named types. */
  print(schema: z.ZodType, options: PrintOptions): string;
  /** Returns the declarations of the named types printed so far. */
  declarations(): string[];
}

/** Creates a printer that collects the named types it encounters. */
export function createSdkTypes(): SdkTypes {
  /** Declarations by name. */
  const named = new Map<string, string>();

  function define(name: string, schema: JsonSchema, style: Style): void {
    const type = printType(schema, style, 0);
    const comment = schema.description ? docComment([sentence(schema.description)]) : '';
    const declaration = type.startsWith('{')
      ? `${comment}export interface ${name} ${type}`
      : `${comment}export type ${name} = ${type};`;
    if ((named.get(name) ?? declaration) !== declaration)
      throw new Error(`Two different schemas have the id ${name}. Give one of them another id.`);
    named.set(name, declaration);
  }

  return {
    print(schema, { io, name, omit = [], depth = 1 }) {
      if (schema instanceof z.ZodVoid) return 'void';
      const { $defs = {}, ...json } = z.toJSONSchema(schema, { io }) as JsonSchema;
      for (const field of omit) delete json.properties?.[field];
      const style: Style = {
        orUndefined: io === 'input',
        nameOf(ref) {
          const key = ref.split('/').at(-1) as string;
          if (key === '#') return name;
          return key.startsWith('__') ? `${name}${key.replace('__schema', 'Node')}` : key;
        },
      };
      for (const [key, definition] of Object.entries($defs))
        define(style.nameOf(key), definition, style);
      const type = printType(json, style, depth);
      const isRecursive = new RegExp(`\\b${name}\\b`).test(type);
      if (type === name || !isRecursive) return type;
      define(name, json, style);
      return name;
    },

    declarations: () =>
      [...named]
        .sort(([one], [other]) => one.localeCompare(other))
        .map(([, declaration]) => declaration),
  };
}

/** Returns `ReferralTree` for `referral.tree`. */
export function typeName(path: string): string {
  return path.replaceAll(/(?:^|\.)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
