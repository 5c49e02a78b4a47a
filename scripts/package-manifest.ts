/** package.json of the npm package: from the project's own, which describes a checkout. */

/**
 * The oldest Node of the package: with `require` of ES modules (22.12), and node:sqlite with a time limit (22.16).
 * https://nodejs.org/docs/latest-v22.x/api/sqlite.html#new-databasesyncpath-options
 */
export const NODE_MINIMUM = [22, 16] as const;

/** What the compiled construct loads, and its types name. */
const DEPENDENCIES = ['valibot'];
/** Which of the project's packages a user brings, if he uses what needs them: `deploy`, the construct, the demo. Ranges: see decision 027. */
export const PEERS = {
  'aws-cdk': '^2.1100.0',
  'aws-cdk-lib': '^2.224.0',
  constructs: '^10.0.0',
  dynalite: '^4.0.0',
  fauxqs: '^1.9.2',
};
const COPIED = [
  'name',
  'version',
  'description',
  'keywords',
  'license',
  'author',
  'repository',
  'homepage',
  'bugs',
  'publishConfig',
];

type Manifest = Readonly<Record<string, unknown>> & {
  readonly dependencies: Readonly<Record<string, string>>;
};

/** `main` and `types` are for TypeScript's `moduleResolution: node10`, which knows no `exports`. */
export function packageManifest(project: Manifest) {
  const copied = COPIED.flatMap(key => (project[key] === undefined ? [] : [[key, project[key]]]));
  return {
    ...Object.fromEntries(copied),
    type: 'module',
    engines: { node: `>=${NODE_MINIMUM.join('.')}` },
    bin: { 'auth0-logs-to-azure': 'cli/auth0-logs-to-azure.mjs' },
    main: './cdk/api.js',
    types: './cdk/api.d.ts',
    exports: {
      '.': { types: './cdk/api.d.ts', default: './cdk/api.js' },
      './azure/template.json': './azure/template.json',
      './config.schema.json': './config.schema.json',
      './package.json': './package.json',
    },
    dependencies: Object.fromEntries(DEPENDENCIES.map(name => [name, project.dependencies[name]])),
    peerDependencies: PEERS,
    peerDependenciesMeta: Object.fromEntries(Object.keys(PEERS).map(name => [name, { optional: true }])),
  };
}

/** What is installed beside the package, and so not in it. */
export const OUTSIDE = [...DEPENDENCIES, ...Object.keys(PEERS)];
