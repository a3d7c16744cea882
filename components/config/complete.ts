import { z } from "zod";
import type { Size } from "../foundation/fields";

type Schema = z.core.$ZodType;
type Values = Readonly<Record<string, unknown>>;

/**
 * Fills every key that has a value by size and is silent in the stack file; all else stays as it is, mistakes included, for the
 * schema to judge.
 */
export function complete(schema: Schema, value: unknown, size: Size): unknown {
  const bySize = z.globalRegistry.get(schema)?.["bySize"] as Readonly<Record<Size, unknown>> | undefined;
  if (value === undefined && bySize) return bySize[size];
  // Only `prefault` opens an object that is silent; a `default` stands for itself.
  if (schema instanceof z.ZodPrefault) return complete(inner(schema), value ?? schema.def.defaultValue, size);
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional)
    return value === undefined ? undefined : complete(inner(schema), value, size);
  return isRecord(value) ? completeRecord(schema, value, size) : value;
}

function inner(schema: z.ZodPrefault | z.ZodDefault | z.ZodOptional): Schema {
  return schema.def.innerType;
}

function completeRecord(schema: Schema, value: Values, size: Size): unknown {
  if (schema instanceof z.ZodObject) return completeObject(schema, value, size);
  if (schema instanceof z.ZodRecord) {
    const part = schema.def.valueType;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, complete(part, entry, size)]));
  }
  const option = schema instanceof z.ZodDiscriminatedUnion ? optionOf(schema, value) : undefined;
  return option ? completeObject(option, value, size) : value;
}

function completeObject(schema: z.ZodObject, value: Values, size: Size): Values {
  const shape = schema.shape as Readonly<Record<string, Schema>>;
  const filled = Object.entries(shape).map(([key, field]) => [key, complete(field, value[key], size)] as const);
  return { ...value, ...Object.fromEntries(filled.filter(([, part]) => part !== undefined)) };
}

function optionOf(union: z.ZodDiscriminatedUnion, value: Values): z.ZodObject | undefined {
  const { discriminator } = union.def;
  return union.options.find((option): option is z.ZodObject => {
    const field =
      option instanceof z.ZodObject ? (option.shape as Readonly<Record<string, Schema>>)[discriminator] : undefined;
    return field instanceof z.ZodLiteral && field.values.has(value[discriminator] as string);
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
