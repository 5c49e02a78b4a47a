/** Everything that shaping can emit. */
import type { RecordForm } from '../../lambda/core/model.ts';
import { redactor } from '../../lambda/core/record/redact.ts';
import { shaper } from '../../lambda/core/record/shape.ts';
import { generateLogs } from '../../simulator/auth0/tenant.ts';

const DAY = Date.parse('2026-03-01T00:00:00.000Z');
const shape = (form: RecordForm) =>
  shaper({
    form,
    auth0Domain: 'demo.eu.auth0.com',
    redact: redactor([], undefined),
  });

/** Everything that shaping can emit: a tenant's logs, strange ones, huge ones and some that will not shape. */
const logs: readonly unknown[] = [
  ...generateLogs({ seed: 6, count: 3_000, fromMs: DAY, toMs: DAY + 86_400_000 }),
  {
    log_id: '1',
    type: 'zz-unknown',
    brandNew: { deep: [1] },
    client_ip: '192.0.2.1',
    environment_name: 'prod-eu-1',
    identity_user_id: '00u1example',
    security_context: { ja3: 'x' },
  },
  { log_id: '2', type: 'fp', description: 'x'.repeat(200_000), ip: 7, details: [1, 2], scope: ['a', 'b'] },
  'no object',
  null,
  42,
];

/** What it makes of them. */
export const records = (form: RecordForm): Record<string, unknown>[] =>
  logs.map(log => JSON.parse(shape(form)(log).json));
