// Takes the screenshots of docs/screenshots from a running site, in Debian's Chromium.
//
//   node tests/browser/screenshots.mjs <facts.json> <facts.json of a network>
//
// A facts.json is what `tests/site/ctl.py up` prints: url, admin_login, admin_password, tenant_url, token.
import { createRequire } from 'node:module';
import { readFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = new URL('../../', import.meta.url).pathname;
const { chromium } = createRequire(join(root, 'target/browser/'))('playwright-core');
const [site, network] = process.argv.slice(2, 4).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const output = join(root, 'docs/screenshots');
mkdirSync(output, { recursive: true });

// People to be seen, the third of whom has left.
for (const [index, name] of ['Ines Duarte', 'Leo Brandt', 'Mira Halvorsen', 'Tomas Okafor', 'Ines Duarte'].entries()) {
	const address = `${name.toLowerCase().replace(' ', '.')}@corp.example.com`;
	const answer = await fetch(`${site.tenant_url}/Users`, {
		method: 'POST',
		headers: { 'Authorization': `Bearer ${site.token}`, 'Content-Type': 'application/scim+json' },
		body: JSON.stringify({
			schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
			userName: address,
			displayName: name,
			name: { givenName: name.split(' ')[0], familyName: name.split(' ')[1] },
			title: ['Editor', 'Author', 'Editor', 'Clerk', 'Editor'][index],
			emails: [{ type: 'work', value: address, primary: true }],
			active: index !== 2,
		}),
	});
	// The last one is there already: a failure for the log.
	if (answer.status !== (index === 4 ? 409 : 201)) {
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
	const sign_in = async (at) => {
		await page.goto(`${at.url}/wp-login.php`);
		await page.fill('#user_login', at.admin_login);
		await page.fill('#user_pass', at.admin_password);
		await Promise.all([page.waitForURL((url) => url.pathname.includes('/wp-admin/')), page.click('#wp-submit')]);
	};
	await sign_in(site);
	const tab = (name) => page.goto(`${site.url}/wp-admin/options-general.php?page=scimpress&tab=${name}`);
	const shoot = async (name) => {
		// A page that has just been loaded again, or has gone to its fragment, would be caught in between.
		await page.waitForLoadState('networkidle');
		await page.evaluate(() => new Promise((done) => { scrollTo(0, 0); requestAnimationFrame(() => requestAnimationFrame(done)); }));
		await page.screenshot({ path: join(output, `${name}.png`), fullPage: true });
	};
	const press = (name) => Promise.all([page.waitForNavigation(), page.getByRole('button', { name }).click()]);

	// Something to be seen on each of them.
	await tab('attributes');
	await page.fill('[name="path[0]"]', 'title');
	await page.fill('[name="target[0]"]', 'job_title');
	await press('Save mappings');
	await press('Try this user');
	await shoot('try');
	await tab('roles');
	for (const [index, [role, title]] of [['editor', 'Editor'], ['author', 'Author']].entries()) {
		await page.selectOption(`[name="scimpress_rules[${index}][role]"]`, role);
		await page.selectOption(`[name="scimpress_rules[${index}][kind]"]`, 'filter');
		await page.fill(`[name="scimpress_rules[${index}][value]"]`, `title eq "${title}"`);
	}
	await press('Preview who would change');
	await page.getByText('Preview: of 4 users').waitFor();
	await shoot('roles');
	await tab('doctor');
	await press(/Examine/);
	await shoot('doctor');
	for (const name of ['setup', 'tokens', 'log', 'attributes', 'settings', 'performance']) {
		await tab(name);
		await shoot(name);
	}
	await tab('log');
	await Promise.all([page.waitForNavigation(), page.locator('table.scimpress-log tbody a').first().click()]);
	await shoot('entry');
	await page.goto(`${site.url}/wp-admin/index.php`);
	await page.locator('#scimpress_log').screenshot({ path: join(output, 'dashboard.png') });
	await page.goto(`${site.url}/wp-admin/users.php`);
	// Row actions show when the row is looked at.
	await page.hover('tr:has-text("Mira Halvorsen")');
	await shoot('users');
	await page.hover('tr:has-text("Ines Duarte")');
	await Promise.all([page.waitForNavigation(), page.click('tr:has-text("Ines Duarte") .row-actions .edit a', { force: true })]);
	await page.locator('#scimpress-profile').scrollIntoViewIfNeeded();
	await page.screenshot({ path: join(output, 'profile.png') });
	await page.goto(`${site.url}/wp-admin/users.php`);
	await Promise.all([page.waitForNavigation(), page.getByRole('link', { name: 'SCIM resource of', exact: false }).first().click({ force: true })]);
	await shoot('resource');
	await sign_in(network);
	await page.goto(`${network.url}/wp-admin/network/settings.php?page=scimpress`);
	await shoot('network');
} finally {
	await context.close();
	rmSync(profile, { recursive: true, force: true });
}
