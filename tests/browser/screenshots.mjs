// Takes the screenshots of docs/screenshots from a running site, in Debian's Chromium.
//
//   node tests/browser/screenshots.mjs <facts.json>
//
// facts.json is what `tests/site/ctl.py up` prints: url, admin_login, admin_password.
import { createRequire } from 'node:module';
import { readFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const { chromium } = createRequire(join(root, 'target/browser/'))('playwright-core');
const site = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const output = join(root, 'docs/screenshots');
mkdirSync(output, { recursive: true });

const profile = mkdtempSync(join(tmpdir(), 'scimpress-browser-'));
const context = await chromium.launchPersistentContext(profile, {
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	headless: true,
	viewport: { width: 1200, height: 900 },
	args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
	const page = await context.newPage();
	await page.goto(`${site.url}/wp-login.php`);
	await page.fill('#user_login', site.admin_login);
	await page.fill('#user_pass', site.admin_password);
	await Promise.all([page.waitForURL(/wp-admin/), page.click('#wp-submit')]);
	await page.goto(`${site.url}/wp-admin/options-general.php?page=scimpress`);
	await page.waitForSelector('h1');
	await page.screenshot({ path: join(output, 'settings.png'), fullPage: true });
} finally {
	await context.close();
	rmSync(profile, { recursive: true, force: true });
}
