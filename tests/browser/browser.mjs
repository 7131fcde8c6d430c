// A person at Debian's Chromium: what the tests of the pages share.
//
// SCIMPRESS_FACTS names the file with the facts of the site, as `tests/site/ctl.py up` prints them.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = new URL('../../', import.meta.url).pathname;
const require = createRequire(join(root, 'target/browser/'));
const { chromium } = require('playwright-core');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

export const site = JSON.parse(readFileSync(process.env.SCIMPRESS_FACTS, 'utf8'));
export const page_url = (tab = '') => `${site.url}/wp-admin/options-general.php?page=scimpress${tab && `&tab=${tab}`}`;
export const TABS = ['', 'tokens', 'doctor', 'log', 'attributes', 'roles', 'settings', 'performance'];

// Starts Chromium; the caller closes it.
export const launch = () => chromium.launch({
	executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
	args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

// Cookies of an administrator who has signed in, by the site's address.
const sessions = new Map();

// Waits for core's scripts. Its user-profile.js, on the page to sign in and on profiles, fails when somebody leaves before it has begun, which it
// does a little after jQuery says that it is ready, and perhaps after the page is loaded.
export const scripts = (page) => page.evaluate(() => new Promise((resolve) => window.jQuery(() => resolve())));

// A page of a signed-in administrator in a browser context of its own. An error of a script, or a request to any other host,
// is kept in `page.faults`. `at`: facts of another site.
export async function sign_in(browser, options = {}, at = site) {
	const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, storageState: sessions.get(at.url), ...options });
	// A machine that does much else is slow, not wrong.
	context.setDefaultTimeout(120000);
	const page = await context.newPage();
	page.faults = [];
	page.on('pageerror', (error) => page.faults.push(String(error)));
	await page.route((url) => url.origin !== at.url, (route) => {
		// Core's: faces of users, and news on the dashboard.
		if (!/gravatar\.com|w\.org|wordpress\.org/.test(route.request().url())) {
			page.faults.push(route.request().url());
		}
		return route.abort();
	});
	if (!sessions.has(at.url)) {
		await page.goto(`${at.url}/wp-login.php?redirect_to=${encodeURIComponent('/wp-admin/tools.php')}`);
		if (options.javaScriptEnabled !== false) {
			await scripts(page);
		}
		await page.fill('#user_login', at.admin_login);
		await page.fill('#user_pass', at.admin_password);
		// The address of the page to sign in has that of the next one in its query.
		await Promise.all([page.waitForURL((url) => url.pathname.endsWith('/wp-admin/tools.php')), page.click('#wp-submit')]);
		sessions.set(at.url, await context.storageState());
	}
	return page;
}

// A SCIM request without User-Agent, as Entra sends it. Node's fetch names itself, so this one is empty.
export async function scim(token, method, path, body) {
	const answer = await fetch(`${site.tenant_url.replace(/\/$/, '')}${path}`, {
		method,
		headers: { 'Authorization': `Bearer ${token}`, 'User-Agent': '', ...(body ? { 'Content-Type': 'application/scim+json' } : {}) },
		body: body && JSON.stringify(body),
	});
	const text = await answer.text();
	return { status: answer.status, json: text ? JSON.parse(text) : null };
}

// Clicks what leads to another page, or to this one again, and waits until it is there.
export const follow = (page, control) => Promise.all([page.waitForEvent('load'), control.click()]);

// A new token of the tokens tab, as an administrator gets it there.
export async function new_token(page, name) {
	await page.goto(page_url('tokens'));
	await page.fill('#scimpress-new-name', name);
	await follow(page, page.getByRole('button', { name: 'Create token' }));
	return page.inputValue('#scimpress-token');
}

// The tab Roles, as soon as nobody is visited any more because of what was saved or previewed: until then its form is shut. WP-Cron may have
// taken the work over.
export async function roles_tab(page) {
	for (;;) {
		const html = await (await page.request.get(page_url('roles'))).text();
		const form = html.match(/data-scimpress-go-on.*?name="_wpnonce" value="([0-9a-f]+)"/s);
		if (!form) {
			break;
		}
		await page.request.post(page_url('roles'), { form: { scimpress_action: 'scimpress_roles_go_on', _wpnonce: form[1] } });
	}
	await page.goto(page_url('roles'));
}

// What is in the clipboard after the button beside a field was pressed by the keyboard. The context must be allowed to read it.
export async function copied(page, field) {
	// Only the script takes that from it. Before a style sheet is there it may be seen nevertheless.
	const button = page.locator(`[data-copy="${field}"]:not([hidden])`);
	await button.waitFor();
	await button.focus();
	// It says so for two seconds. A test that looks from outside may come too late on a machine that does much else; one that is told does not.
	await button.evaluate((element) => {
		const told = new MutationObserver(() => {
			element.dataset.said = element.textContent.trim();
			told.disconnect();
		});
		told.observe(element, { childList: true, subtree: true });
	});
	await page.keyboard.press('Enter');
	await page.locator(`[data-copy="${field}"][data-said^="Copied"]`).waitFor();
	assert.equal((await page.locator('#a11y-speak-polite').textContent()).trim(), 'Copied');
	const text = await page.evaluate(() => navigator.clipboard.readText());
	assert.equal(text, await page.inputValue(`#${field}`));
	return text;
}

// A person who can be provisioned.
export const person = (name) => ({
	schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
	userName: `${name}@corp.example.com`,
	displayName: `Mira ${name}`,
	emails: [{ type: 'work', value: `${name}@corp.example.com`, primary: true }],
	active: true,
});

// Asserts that axe finds nothing in what is ours on a page: in the elements that a selector finds, about which at least so many
// rules have something to say.
export async function accessible(page, name, selector = '.wrap.scimpress', rules = 6) {
	await page.evaluate(axe);
	const found = await page.evaluate((ours) => window.axe.run(ours, { resultTypes: ['violations'] }), selector);
	assert.ok(found.passes.length >= rules, `${name}: axe looked at nothing`);
	const said = found.violations.map((rule) => `${rule.id}: ${rule.help}\n${rule.nodes.map((node) => `    ${node.html}`).join('\n')}`);
	assert.deepEqual(said, [], name);
}

// Asserts that nothing sticks out of the window.
export async function fits(page, name, selector = '.wrap.scimpress') {
	const out = await page.evaluate((ours) => {
		const inside = (element) => element.closest('.scimpress-scroll, .screen-reader-text, pre');
		const sticks = (element) => {
			const box = element.getBoundingClientRect();
			return box.width > 0 && (box.right > document.documentElement.clientWidth + 1 || box.left < -1);
		};
		return [...document.querySelectorAll(ours)].flatMap((element) => [element, ...element.querySelectorAll('*')])
			.filter((element) => (!inside(element) || element.matches('.scimpress-scroll, pre')) && sticks(element))
			.map((element) => element.outerHTML.slice(0, 120));
	}, selector);
	assert.deepEqual(out, [], name);
}
