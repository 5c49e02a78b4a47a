# `run` as a container: docs/service.md. Run `npm run package` first: the image holds what the npm package holds, and nothing else.
FROM node:24-trixie-slim@sha256:8ec5d7557396cfe32d21c3f9c13072355ceab22b584578ca4bb28af31120cffe AS install
WORKDIR /app
COPY dist/auth0-logs-to-azure-*.tgz package.tgz
RUN npm install --no-save --omit=dev --ignore-scripts --no-audit --no-fund ./package.tgz && rm package.tgz

FROM node:24-trixie-slim@sha256:8ec5d7557396cfe32d21c3f9c13072355ceab22b584578ca4bb28af31120cffe
WORKDIR /app
ENV NODE_ENV=production
COPY --from=install /app/node_modules node_modules
RUN install -d -o 65532 -g 65532 -m 0700 /var/lib/auth0-logs-to-azure
USER 65532:65532
VOLUME /var/lib/auth0-logs-to-azure
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=1m --timeout=30s --start-period=5m CMD ["node", "node_modules/auth0-logs-to-azure/cli/auth0-logs-to-azure.mjs", "status", "--config", "/etc/auth0-logs-to-azure/config.json", "--state", "/var/lib/auth0-logs-to-azure"]
ENTRYPOINT ["node", "node_modules/auth0-logs-to-azure/cli/auth0-logs-to-azure.mjs"]
CMD ["run", "--config", "/etc/auth0-logs-to-azure/config.json", "--secrets", "/run/secrets/auth0-logs-to-azure", "--state", "/var/lib/auth0-logs-to-azure", "--json"]
