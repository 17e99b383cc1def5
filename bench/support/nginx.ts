import {mkdir, writeFile} from 'node:fs/promises';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {Deployment, hyphenated, scriptOf} from './deployment';
import {Program} from './program';

const NGINX = '/usr/sbin/nginx';

export const hasNginx = existsSync(NGINX);

/**
 * nginx with the scripts as static files under the paths of the API: one
 * worker, as the other contenders have, and no log.
 */
export async function startNginx(
  {dir, nodes}: Deployment,
  port: number,
): Promise<Program> {
  const root = dir.join('nginx');
  for (const {uuid, mac} of nodes) {
    const place = join(root, 'v1', 'boot', hyphenated(mac));
    await mkdir(place, {recursive: true});
    await writeFile(join(place, 'boot.ipxe'), scriptOf(uuid));
  }
  const config = await dir.write(
    'nginx.conf',
    `daemon off;
worker_processes 1;
pid ${dir.join('nginx.pid')};
error_log stderr;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nodelay on;
  keepalive_requests 1000000;
  open_file_cache max=20000 inactive=60s;
  default_type text/plain;
  client_body_temp_path ${dir.join('nginx-body')};
  proxy_temp_path ${dir.join('nginx-proxy')};
  fastcgi_temp_path ${dir.join('nginx-fastcgi')};
  uwsgi_temp_path ${dir.join('nginx-uwsgi')};
  scgi_temp_path ${dir.join('nginx-scgi')};
  server {
    listen 127.0.0.1:${port};
    root ${root};
    add_header Cache-Control no-store;
  }
}
`,
  );
  return Program.start(
    NGINX,
    ['-c', config, '-e', 'stderr', '-g', 'master_process off;'],
    {},
    {host: '127.0.0.1', port},
  );
}
