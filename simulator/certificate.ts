/** A certificate for `localhost`, for servers over TLS. Needs the program `openssl`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';

export interface Certificate {
  /** Paths of PEM files. `certificate` is for NODE_EXTRA_CA_CERTS too. */
  readonly key: string;
  readonly certificate: string;
}

export function makeCertificate(folder: string): Certificate {
  const own = mkdtempSync(join(folder, 'certificate-'));
  const key = join(own, 'key.pem');
  const certificate = join(own, 'certificate.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const kind = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  return { key, certificate };
}
