/** A deployment of an ARM template as far as it can be had without Azure: what would be made, and the outputs. */
import type { Template } from '../../azure/arm.ts';
import { evaluate, expressionIn, GROUP, type Scope } from './arm-expression.ts';

export interface Deployed {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly properties: Record<string, unknown>;
  readonly [field: string]: unknown;
}

export interface Deployment {
  /** In an order that `dependsOn` allows. */
  readonly resources: readonly Deployed[];
  /** As `az deployment group show --query properties.outputs` prints them. */
  readonly outputs: Readonly<Record<string, { readonly type: string; readonly value: unknown }>>;
}

export interface World {
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The state of resources by type, for reference(). */
  readonly state?: Readonly<Record<string, unknown>>;
  readonly environment?: string;
  /** Azure promises no other order than that of `dependsOn`: what matches is made as early, or as late as it allows. */
  readonly order?: { readonly first: RegExp; readonly last: RegExp };
  /** Whether Microsoft Sentinel is off in the workspace; it is on if absent. */
  readonly withoutSentinel?: boolean;
}

/** A nested template: its resources are deployed separately, to the same group. */
const NESTED = 'Microsoft.Resources/deployments';

/** Throws for whatever Azure would refuse before it makes anything. */
export function deploy(template: Template, world: World): Deployment {
  const given = parametersOf(template, world.parameters);
  const made: Deployed[] = [];
  const scope = (loops: Readonly<Record<string, number>>): Scope => ({
    parameter: name => {
      if (!(name in given)) throw new Error(`there is no parameter ${name}`);
      return walk(given[name], scope({}));
    },
    variable: name => {
      if (!(name in template.variables)) throw new Error(`there is no variable ${name}`);
      return walk(template.variables[name], scope({}));
    },
    reference: id => {
      const type = typeOf(id);
      const state = world.state?.[type];
      const exists = made.some(one => one.id === id) || type === 'Microsoft.OperationalInsights/workspaces';
      if (!exists || state === undefined) throw new Error(`reference to ${id}, which is not there`);
      return state;
    },
    copyIndex: loop => loops[loop ?? ''],
    location: 'westeurope',
    tenantId: '5ca1ab1e-0000-4000-8000-000000000002',
    environment: world.environment ?? 'AzureCloud',
  });

  const waiting = [...template.resources];
  const loopsDone = new Set<string>();
  const settled = new Set<string>();
  while (waiting.length > 0) {
    const isReady = ({ dependsOn = [] }: (typeof waiting)[number]) =>
      dependsOn.every(on => loopsDone.has(on) || settled.has(String(walk(on, scope({})))));
    const isOf = (one: (typeof waiting)[number], some?: RegExp) => some?.test(`${one.type} ${one.name}`);
    const next =
      [
        waiting.findIndex(one => isOf(one, world.order?.first) && isReady(one)),
        waiting.findIndex(one => !isOf(one, world.order?.last) && isReady(one)),
        waiting.findIndex(isReady),
      ].find(index => index >= 0) ?? -1;
    if (next < 0) throw new Error(`a circle, or nothing to depend on: ${waiting.map(({ name }) => name)}`);
    const [{ copy, condition, dependsOn: _on, ...resource }] = waiting.splice(next, 1) as [
      (typeof waiting)[number],
    ];
    const { name: loop = '', count = 1 } = walk(copy ?? {}, scope({})) as { name?: string; count?: number };
    for (let i = 0; i < count; i++) {
      const here = scope({ '': i, [loop]: i });
      const id = idOf(resource.type, String(walk(resource.name, here)), walk(resource.scope, here));
      settled.add(id);
      if (condition !== undefined && walk(condition, here) !== true) continue;
      if (made.some(one => one.id.toLowerCase() === id.toLowerCase())) throw new Error(`twice: ${id}`);
      // The answer of Azure: https://github.com/hashicorp/terraform-provider-azurerm/issues/20661
      if (world.withoutSentinel && resource.type.startsWith('Microsoft.SecurityInsights/')) {
        throw new Error(`BadRequest: workspace ${resource.scope} is not onboarded to Microsoft Sentinel`);
      }
      if (resource.type !== NESTED) made.push({ ...(walk(resource, here) as Deployed), id });
      else made.push(...nested(resource.properties as unknown as Nested, one => walk(one, here), world));
    }
    loopsDone.add(loop);
  }
  const outputs = Object.entries(template.outputs)
    .filter(([, { condition }]) => condition === undefined || walk(condition, scope({})) === true)
    .map(([name, { type, value }]) => [name, { type: upper(type), value: walk(value, scope({})) }]);
  return { resources: made, outputs: Object.fromEntries(outputs) };
}

interface Nested {
  readonly mode: string;
  readonly expressionEvaluationOptions: { readonly scope: string };
  readonly parameters: Readonly<Record<string, { readonly value: unknown }>>;
  readonly template: Omit<Template, 'variables' | 'outputs' | 'metadata'>;
}

/** With the scope `inner`, expressions of the template see only its own parameters. */
function nested(
  { mode, expressionEvaluationOptions, parameters, template }: Nested,
  evaluated: (value: unknown) => unknown,
  world: World,
): readonly Deployed[] {
  if (mode !== 'Incremental') throw new Error(`mode ${mode} would delete what the rest has made`);
  const { scope } = expressionEvaluationOptions;
  if (scope !== 'inner') throw new Error(`the scope ${scope} is not known here`);
  const given = Object.entries(parameters).map(([name, { value }]) => [name, evaluated(value)]);
  const whole = { ...template, variables: {}, outputs: {}, metadata: {} };
  return deploy(whole, { ...world, parameters: Object.fromEntries(given) }).resources;
}

const upper = (type: string) => type.charAt(0).toUpperCase() + type.slice(1);

/** Expressions evaluated, property copies unrolled. */
function walk(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') {
    const expression = expressionIn(value);
    if (expression) return evaluate(expression, scope);
    return /^\[\[.*\]$/s.test(value) ? value.slice(1) : value;
  }
  if (Array.isArray(value)) return value.map(one => walk(one, scope));
  if (typeof value !== 'object' || value === null) return value;
  const { copy, ...rest } = value as Record<string, unknown>;
  const lists = Array.isArray(copy) ? copy.map(one => unrolled(one, scope)) : [];
  const fields = Object.entries(rest).map(([key, one]) => [key, walk(one, scope)] as const);
  return Object.fromEntries([...fields, ...lists]);
}

function unrolled(
  copy: { name: string; count: unknown; input: unknown },
  scope: Scope,
): readonly [string, unknown[]] {
  const rounds = Array.from({ length: Number(walk(copy.count, scope)) }, (_, i) => i);
  const inner = (i: number): Scope => ({
    ...scope,
    copyIndex: loop => (loop === copy.name ? i : scope.copyIndex(loop)),
  });
  return [copy.name, rounds.map(i => walk(copy.input, inner(i)))];
}

function parametersOf(template: Template, given: World['parameters']): Record<string, unknown> {
  for (const name of Object.keys(given)) {
    if (!(name in template.parameters)) throw new Error(`there is no parameter ${name}`);
  }
  return Object.fromEntries(
    Object.entries(template.parameters).map(([name, { defaultValue, allowedValues }]) => {
      const value = given[name] ?? defaultValue;
      if (value === undefined) throw new Error(`parameter ${name} is missing`);
      if (allowedValues && !allowedValues.includes(value as never))
        throw new Error(`${name} may not be ${value}`);
      return [name, value];
    }),
  );
}

function idOf(type: string, name: string, scope: unknown): string {
  const [provider, ...types] = type.split('/');
  const names = name.split('/');
  if (types.length !== names.length) throw new Error(`${type} cannot be named ${name}`);
  const path = types.map((one, i) => `${one}/${names[i]}`).join('/');
  return `${scope === undefined ? GROUP : scope}/providers/${provider}/${path}`;
}

function typeOf(id: string): string {
  const [provider, ...parts] = id.slice(id.lastIndexOf('/providers/') + 11).split('/');
  return [provider, ...parts.filter((_, i) => i % 2 === 0)].join('/');
}
