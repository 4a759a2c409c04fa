export * from "./node.cjs";

/** There is nothing to wait for in Node; elsewhere there is. */
export default function init(): Promise<void>;
