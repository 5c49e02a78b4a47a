/** The words of an ARM template: https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax */

/** JSON that a template can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export const TEMPLATE_SCHEMA =
  'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';

export interface Parameter {
  readonly type: 'string' | 'int' | 'bool' | 'array' | 'secureObject';
  readonly defaultValue?: Json;
  readonly allowedValues?: readonly Json[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly metadata: { readonly description: string };
}

export interface Resource {
  readonly type: string;
  readonly apiVersion: string;
  readonly name: string;
  /** The resource that this one extends, if it is not the resource group. */
  readonly scope?: string;
  readonly condition?: string;
  readonly copy?: Json;
  readonly location?: string;
  readonly kind?: string;
  readonly tags?: Json;
  readonly dependsOn?: readonly string[];
  readonly properties?: Json;
}

export interface Output {
  readonly type: 'string' | 'array';
  readonly condition?: string;
  readonly value: string;
}

export interface Template {
  readonly $schema: string;
  readonly contentVersion: string;
  readonly metadata: Json;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly variables: Readonly<Record<string, Json>>;
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, Output>>;
}

/** Escapes every text: ARM would read one between "[" and "]" as an expression. */
export function literal(value: Json): Json {
  if (typeof value === 'string') return /^\[.*\]$/s.test(value) ? `[${value}` : value;
  if (Array.isArray(value)) return value.map(literal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, literal(one)]));
}
