export function makeFileView() {
    return { show() {}, hide() {}, describe() {} };
}
