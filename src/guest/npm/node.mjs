// One instance of the module serves `import` and `require`.
import entry from "./node.cjs";

export const { Transformer, kinds } = entry;

/** There is nothing to wait for in Node; elsewhere there is. */
export default async function init() {}
