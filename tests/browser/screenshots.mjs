// Takes the screenshots of docs/screenshots from a running site, in Debian's Chromium.
//
//   node tests/browser/screenshots.mjs <facts.json>
//
// facts.json is what `tests/site/ctl.py up` prints: url, admin_login, admin_password, tenant_url, token.
import { createRequire } from 'node:module';
import { readFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const { chromium } = createRequire(join(root, 'target/browser/'))('playwright-core');
const site = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const output = join(root, 'docs/screenshots');
mkdirSync(output, { recursive: true });

// People to be seen, the third of whom has left.
for (const [index, name] of ['Ines Duarte', 'Leo Brandt', 'Mira Halvorsen', 'Tomas Okafor'].entries()) {
	const address = `${name.toLowerCase().replace(' ', '.')}@corp.example.com`;
	const answer = await fetch(`${site.tenant_url}/Users`, {
		method: 'POST',
		headers: { 'Authorization': `Bearer ${site.token}`, 'Content-Type': 'application/scim+json' },
		body: JSON.stringify({
			schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
			userName: address,
			displayName: name,
			name: { givenName: name.split(' ')[0], familyName: name.split(' ')[1] },
			emails: [{ type: 'work', value: address, primary: true }],
			active: index !== 2,
		}),
	});
	if (answer.status !== 201) {
		throw new Error(`${name} was not created: ${answer.status} ${await answer.text()}`);
	}
}

const profile = mkdtempSync(join(tmpdir(), 'scimpress-browser-'));
const context = await chromium.launchPersistentContext(profile, {
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	headless: true,
	viewport: { width: 1200, height: 900 },
	args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
	const page = await context.newPage();
	// Faces come from an outside service; the pictures must look alike wherever they are taken.
	await page.route(/gravatar\.com/, (route) => route.fulfill({
		contentType: 'image/svg+xml',
		body: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" fill="#c3c4c7"/><circle cx="16" cy="13" r="6" fill="#fff"/><path d="M4 32a12 11 0 0 1 24 0z" fill="#fff"/></svg>',
	}));
	await page.goto(`${site.url}/wp-login.php`);
	await page.fill('#user_login', site.admin_login);
	await page.fill('#user_pass', site.admin_password);
	await Promise.all([page.waitForURL(/wp-admin/), page.click('#wp-submit')]);
	for (const tab of ['setup', 'tokens', 'settings']) {
		await page.goto(`${site.url}/wp-admin/options-general.php?page=scimpress&tab=${tab}`);
		await page.waitForSelector('h1');
		await page.screenshot({ path: join(output, `${tab}.png`), fullPage: true });
	}
	await page.goto(`${site.url}/wp-admin/users.php`);
	// Row actions show when the row is looked at.
	await page.hover('tr:has-text("Mira Halvorsen")');
	await page.screenshot({ path: join(output, 'users.png'), fullPage: true });
} finally {
	await context.close();
	rmSync(profile, { recursive: true, force: true });
}
