# Two images: `relayer`, for one node of a mesh, and `localnet`, with everything that ./cordon localnet starts.

FROM node:24-bookworm-slim AS base
WORKDIR /cordon
RUN chown node:node .
USER node
ENV NPM_CONFIG_UPDATE_NOTIFIER=false
COPY --chown=node:node package.json package-lock.json .npmrc ./

# What the relayer needs to run, and nothing else: no compiler, no chains, no test tools.
FROM base AS relayer
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund
COPY --chown=node:node relayer relayer
# A volume that is mounted here belongs to the user that writes it.
RUN mkdir journal
ENTRYPOINT ["node", "relayer/main.ts"]
CMD ["--help"]

# Chains (anvil comes with the packages, for x64 only), LayerZero's contracts, Cordon compiled.
FROM base AS localnet
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY --chown=node:node . .
RUN npx hardhat build --no-tests
ENTRYPOINT ["node", "localnet/main.ts"]
