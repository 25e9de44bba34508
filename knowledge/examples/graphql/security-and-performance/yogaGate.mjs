// Needs the packages graphql-yoga 5 and graphql 16.
// region yoga
import { createYoga } from 'graphql-yoga';
import { GraphQLError } from 'graphql';

const maxDepth = (limit) => (context) => {
  const known = new Map(); // each fragment once: fragments that spread each other twice would explode
  const depthOf = (node) => {
    if (node.kind === 'FragmentSpread') {
      const name = node.name.value;
      if (!known.has(name)) {
        known.set(name, 0); // stops at cycles, which another rule reports
        known.set(name, depthOf(context.getFragment(name) ?? {}));
      }
      return known.get(name);
    }
    const inner = node.selectionSet?.selections.map(depthOf) ?? [];
    return Math.max(0, ...inner) + (node.kind === 'Field' ? 1 : 0);
  };
  return {
    OperationDefinition(node) {
      if (depthOf(node) > limit) context.reportError(new GraphQLError(`deeper than ${limit} levels`));
    },
  };
};

export const createServer = ({ schema, documents }) => createYoga({
  schema,
  batching: false, // the default, written down
  graphiql: false,
  maskedErrors: true, // the default
  plugins: [{
    onParams({ params, setParams }) { // documents: Map from id to text, filled by the deployment
      const query = documents.get(params.extensions?.documentId);
      if (!query) throw new GraphQLError('Unknown document', { extensions: { http: { status: 400 } } });
      setParams({ ...params, query });
    },
    onValidate: ({ addValidationRule }) => addValidationRule(maxDepth(10)),
  }],
});
// endregion
