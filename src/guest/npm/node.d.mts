export * from "./node.cjs";

/** Does nothing: Node has loaded the module. Elsewhere, this function loads it. */
export default function init(): Promise<void>;
