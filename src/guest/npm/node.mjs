// One instance of the module serves `import` and `require`.
import entry from "./node.cjs";

export const { Transformer, TransformerStream, createTransform, kinds } = entry;

/** Does nothing: Node has loaded the module. Elsewhere, this function loads it. */
export default async function init() {}
