// Starts Chromium. BROWSER is its executable, LIBRARIES where it finds its libraries, and FONTS the
// configuration of its fonts; the last two are empty for a browser of the machine.
import { chromium } from "playwright-core";

const { BROWSER, LIBRARIES, FONTS, URL: site } = process.env;

export const SITE_URL = site;

const env = { ...process.env, ...(LIBRARIES && { LD_LIBRARY_PATH: LIBRARIES }), ...(FONTS && { FONTCONFIG_FILE: FONTS }) };
const options = { executablePath: BROWSER, env };

export async function launch() {
    return chromium.launch(options);
}

/** A browser that keeps what pages store in a folder, as those of people do, rather than in memory. */
export function lasting(folder) {
    return { newContext: (more) => chromium.launchPersistentContext(folder, { ...options, ...more }) };
}

/** Opens the page, and holds that nothing fails, runs or leaves that should not. */
export async function open(browser, options = {}, place = "") {
    const context = await browser.newContext({ locale: "en-US", viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    const faults = [];
    const requests = [];
    page.on("console", (message) => {
        if (["error", "warning"].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => faults.push(`${error.stack ?? error}`));
    page.on("dialog", (dialog) => {
        faults.push(`dialog: ${dialog.message()}`);
        dialog.dismiss();
    });
    context.on("request", (request) => requests.push(request.url()));
    await page.addInitScript(() => {
        globalThis.violations = [];
        addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => globalThis.violations.push(`${violatedDirective} ${blockedURI}`));
        globalThis.shifts = [];
        new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shifts.push(entry.value);
        }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(site + place);
    await ready(page);
    return {
        page,
        context,
        requests,
        /** Closes the page, and fails if anything was wrong with it. */
        async close() {
            const violations = await page.evaluate(() => globalThis.violations);
            await context.close();
            const foreign = requests.filter((url) => !url.startsWith(site) && !url.startsWith(`blob:${new URL(site).origin}`));
            if (faults.length + violations.length + foreign.length > 0) throw new Error([...faults, ...violations, ...foreign].join("\n"));
        },
    };
}

export async function ready(page) {
    await page.waitForFunction(() => document.documentElement.dataset.ready !== undefined);
}

/** The text of the line in a format, without labels for what cannot be seen. */
export function line(page, format) {
    return page.locator(`.format[data-format="${format}"] .line`).textContent();
}

/** All lines of a format, as its button copies them. */
export async function copied(page, format) {
    await page.locator(`.format[data-format="${format}"] button`).click();
    return page.evaluate(() => navigator.clipboard.readText());
}
