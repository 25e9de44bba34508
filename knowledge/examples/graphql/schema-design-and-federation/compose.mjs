// Composition check for CI. Needs the packages @apollo/composition, @apollo/subgraph and graphql 16.
// region compose
import { readFileSync } from 'node:fs';
import { parse } from 'graphql';
import { composeServices } from '@apollo/composition';

const subgraphs = process.argv.slice(2).map((file) => ({
  name: file.replace(/^.*\//, '').replace(/\.graphql$/, ''),
  url: 'http://subgraph.example',
  typeDefs: parse(readFileSync(file, 'utf8')),
}));

const { errors, hints, supergraphSdl } = composeServices(subgraphs);
for (const hint of hints ?? []) console.warn(`hint: ${hint.message}`);
if (errors) {
  for (const error of errors) console.error(`${error.extensions.code}: ${error.message}`);
  process.exit(1); // the running router keeps the last supergraph that composed
}
process.stdout.write(supergraphSdl);
// endregion
