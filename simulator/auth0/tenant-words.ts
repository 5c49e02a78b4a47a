/** The made-up people, applications and devices of the simulated tenant. */

/** Scripts and signs that trip naive code: wide, right to left, combining, outside the BMP, control characters. */
export const NAMES: readonly string[] = [
  'sample.user',
  'jane.example',
  'Ünïçødé Ñame',
  'e\u0301xa\u0308mple co\u0302mbining',
  '测试用户',
  'テスト太郎',
  '시험사용자',
  'משתמש לדוגמה',
  'مستخدم تجريبي',
  'Пример Пользователь',
  'ผู้ใช้ทดสอบ',
  '🦊 Fox 🦊',
  '👩‍👩‍👧‍👦 family',
  '𝕄𝕒𝕥𝕙 𝕃𝕖𝕥𝕥𝕖𝕣𝕤',
  'O\'Example "quoted" \\back\\',
  'line\nbreak\ttab\u2028separator\u0007bell',
  '\u202eright-to-left override',
  'a',
];

export const APPS: readonly (readonly [id: string, name: string | null])[] = [
  ['ExampleClientWeb000000000000000A', 'Example Web'],
  ['ExampleClientMobile0000000000000', 'Example Mobile App'],
  ['ExampleClientM2M000000000000000B', 'Nightly Sync (M2M)'],
  ['ExampleClientJapan00000000000000', 'サンプルアプリ'],
  ['ExampleClientGlobal0000000000000', ''],
  ['ExampleClientNoName0000000000000', null],
];

export const CONNECTIONS: readonly (readonly [name: string, strategy: string, type: string])[] = [
  ['Username-Password-Authentication', 'auth0', 'database'],
  ['google-oauth2', 'google-oauth2', 'social'],
  ['example-corp-saml', 'samlp', 'enterprise'],
  ['sms', 'sms', 'passwordless'],
];

/** The flag says whether Auth0 would call the device mobile. */
export const AGENTS: readonly (readonly [agent: string, mobile: boolean])[] = [
  ['Chrome 142.0.0 / Windows 10.0.0', false],
  ['Firefox 145.0.0 / Linux 0.0.0', false],
  ['Mobile Safari 18.5.0 / iOS 18.5.0', true],
  ['Chrome Mobile 141.0.0 / Android 15.0.0', true],
  ['Other 0.0.0 / Other 0.0.0', false],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
    false,
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
    false,
  ],
  [
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36',
    true,
  ],
  ['curl/8.14.1', false],
  ['Go-Auth0-SDK/latest', false],
  ['', false],
  [`Strange/1.0 (${'x;'.repeat(200)})`, false],
];

export const PLACES: readonly Readonly<Record<string, unknown>>[] = [
  {
    country_code: 'DE',
    country_code3: 'DEU',
    country_name: 'Germany',
    city_name: 'München',
    latitude: 48.1374,
    longitude: 11.5755,
    time_zone: 'Europe/Berlin',
    continent_code: 'EU',
  },
  {
    country_code: 'JP',
    country_code3: 'JPN',
    country_name: '日本',
    city_name: '東京',
    latitude: '35.6895',
    longitude: '139.6917',
    time_zone: 'Asia/Tokyo',
    continent_code: 'AS',
  },
  { country_code: 'BR', country_name: 'Brazil', city_name: null },
];

export const ORGANIZATIONS: readonly (readonly [id: string, name: string])[] = [
  ['org_ExampleNorth0001', 'example-north'],
  ['org_ExampleSouth0002', 'example-süd'],
];

export const SCOPES: readonly string[] = ['users', 'clients', 'connections', 'grants', 'rules', 'actions']
  .flatMap(thing => ['read', 'create', 'update', 'delete'].map(verb => `${verb}:${thing}`))
  .concat('read:logs', 'read:logs_users', 'read:stats', 'read:custom_domains', 'read:tenant_settings');

/** Codes that no list knows: Auth0 adds new ones every month. */
export const UNKNOWN_CODES: readonly string[] = [
  'zz_simulated_new',
  'fzzz',
  'quantum_exchange_succeeded',
  'X-9',
];

let noiseText = '';

/** Text that does not compress, Latin and Chinese characters by turns, so 2 bytes each on average: at most 60,000. */
export function noise(length: number): string {
  if (noiseText === '') {
    for (let i = 0, state = 1; i < 60_000; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      noiseText += String.fromCharCode(
        i % 2 === 0 ? 97 + ((state >>> 16) % 26) : 0x4e00 + ((state >>> 8) % 20_000),
      );
    }
  }
  return noiseText.slice(0, length);
}
