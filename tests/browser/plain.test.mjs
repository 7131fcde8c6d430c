// A browser without JavaScript: every form does its work.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { follow, launch, new_token, page_url, person, roles_tab, scim, sign_in, site } from './browser.mjs';

const URN = 'urn:ietf:params:scim:schemas:extension:Plain:2.0:User';

let browser;
let page;
let token;
let user;

before(async () => {
	browser = await launch();
	page = await sign_in(browser, { javaScriptEnabled: false });
	token = await new_token(page, 'Plain');
	user = (await scim(token, 'POST', '/Users', { ...person('plain'), nickName: 'Plainly', title: 'Plain' })).json;
});
after(() => browser?.close());

const look = async (secret) => (await scim(secret, 'GET', '/Users?count=1')).status;
const saved = (words) => page.getByRole('status').filter({ hasText: words }).waitFor();

test('nothing is offered that needs a script', async () => {
	for (const tab of ['', 'tokens', 'doctor', 'log']) {
		await page.goto(page_url(tab));
		assert.equal(await page.getByRole('button', { name: /^Copy/ }).count(), 0, tab);
	}
});

test('a token is replaced and revoked', async () => {
	await page.goto(page_url('tokens'));
	await follow(page, page.getByRole('button', { name: 'Replace Plain' }));
	const next = await page.inputValue('#scimpress-token');
	assert.deepEqual([await look(token), await look(next)], [200, 200]);
	await follow(page, page.locator('tbody tr', { hasText: `…${token.slice(-4)}` }).getByRole('button', { name: /^Revoke/ }));
	await saved('The token was revoked');
	assert.deepEqual([await look(token), await look(next)], [401, 200]);
	token = next;
});

test('a token of one’s own is saved', async () => {
	await page.goto(page_url('tokens'));
	await page.getByText('Use a token of your own').click();
	await page.fill('#scimpress-typed-token', 'typed-in-a-plain-browser');
	await page.fill('#scimpress-typed-name', 'Typed');
	await follow(page, page.getByRole('button', { name: 'Save token' }));
	await saved('The token was saved');
	assert.equal(await look('typed-in-a-plain-browser'), 200);
	await follow(page, page.getByRole('button', { name: 'Revoke Typed' }));
	await saved('The token was revoked');
});

test('provisioning is switched off and on again', async () => {
	await page.goto(page_url('settings'));
	await page.uncheck('[name="enabled"]');
	await follow(page, page.locator('#submit'));
	await saved('Settings saved.');
	assert.equal(await look(token), 503);
	await page.goto(page_url());
	await follow(page, page.getByRole('button', { name: 'Switch provisioning on' }));
	await page.waitForURL(page_url());
	assert.equal(await look(token), 200);
});

test('the log is filtered, opened, exported and set', async () => {
	await page.goto(page_url('log'));
	await page.fill('#scimpress-log-s', user.userName);
	await page.selectOption('#scimpress-log-operation', 'create');
	await follow(page, page.getByRole('button', { name: 'Filter', exact: true }));
	const rows = page.locator('table.scimpress-log tbody tr');
	assert.equal(await rows.count(), 1);
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export what fits as CSV' }).click()]);
	assert.match(download.suggestedFilename(), /\.csv$/);
	await follow(page, rows.getByRole('link'));
	assert.match(await page.locator('.scimpress-log-raw').textContent(), /POST \/Users/);
	await page.goto(page_url('log'));
	const days = await page.inputValue('#scimpress-log-days');
	for (const value of ['31', days]) {
		await page.fill('#scimpress-log-days', value);
		await follow(page, page.locator('#submit'));
		await saved('Settings saved.');
		assert.equal(await page.inputValue('#scimpress-log-days'), value);
	}
});

test('the doctor examines', async () => {
	await page.goto(page_url('doctor'));
	await follow(page, page.getByRole('button', { name: 'Examine the connection' }));
	await saved('Requests get through');
	assert.ok(await page.getByRole('heading', { name: /The Tenant URL does not begin with https/ }).isVisible());
});

test('a schema is declared, an attribute mapped, and both are taken back', async () => {
	await page.goto(page_url('attributes'));
	const form = page.locator('form', { has: page.getByRole('button', { name: 'Declare this schema' }) });
	await form.locator('[name="schema[0]"]').fill(URN);
	await form.locator('[name="schema[1]"]').fill('Plain');
	await form.locator('[name="attribute_name[0]"]').fill('tag');
	await follow(page, page.getByRole('button', { name: 'Declare this schema' }));
	await saved('Attributes saved.');
	assert.equal((await scim(token, 'GET', `/Schemas/${URN}`)).status, 200);

	const mapping = { path: 'no such path', target: 'plain_tag' };
	const write = async (values) => {
		for (const [name, value] of Object.entries(values)) {
			await page.fill(`[name="${name}[0]"]`, value);
		}
		await follow(page, page.getByRole('button', { name: 'Save mappings' }));
	};
	await write(mapping);
	assert.equal(await page.locator('[name="path[0]"]').getAttribute('aria-invalid'), 'true');
	await write({ ...mapping, path: 'nickName' });
	await saved('Attributes saved.');
	assert.equal(await page.inputValue('[name="target[0]"]'), 'plain_tag');

	await write({ path: '', target: '' });
	await saved('Attributes saved.');
	await follow(page, page.locator('form', { has: page.locator(`[name="original"][value="${URN}"]`) }).getByRole('button', { name: 'Remove this schema' }));
	await saved('Attributes saved.');
	assert.equal((await scim(token, 'GET', `/Schemas/${URN}`)).status, 404);
});

test('a rule is previewed, saved and removed', async () => {
	await roles_tab(page);
	await page.selectOption('[name="scimpress_rules[0][role]"]', 'author');
	await page.selectOption('[name="scimpress_rules[0][kind]"]', 'filter');
	await page.fill('[name="scimpress_rules[0][value]"]', 'title eq "Plain"');
	await follow(page, page.getByRole('button', { name: 'Preview who would change' }));
	await roles_tab(page);
	await page.getByText('These rules are not saved yet.').waitFor();
	const people = page.getByRole('table', { name: 'People whose roles change' });
	assert.match(await people.innerText(), new RegExp(`plain@[^]*Subscriber[^]*Author`));
	await follow(page, page.getByRole('button', { name: 'Save and apply to everybody' }));
	await saved('Rules saved.');
	await page.goto(`${site.url}/wp-admin/users.php?s=plain@`);
	assert.match(await page.locator('#the-list td.column-role').innerText(), /Author/);
	await roles_tab(page);
	await page.check('[name="scimpress_rules[0][remove]"]');
	await follow(page, page.getByRole('button', { name: 'Save and apply to everybody' }));
	await saved('Rules saved.');
});

test('requests are limited', async () => {
	await page.goto(page_url('performance'));
	const before = await page.inputValue('#scimpress-max-concurrent');
	for (const value of ['9', before]) {
		await page.fill('#scimpress-max-concurrent', value);
		await follow(page, page.locator('#submit'));
		await saved('Settings saved.');
		assert.equal(await page.inputValue('#scimpress-max-concurrent'), value);
	}
});

test('a user is deactivated and reactivated in the list', async () => {
	for (const [button, state] of [['Deactivate', 'Deactivated'], ['Reactivate', 'Active']]) {
		await page.goto(`${site.url}/wp-admin/users.php?s=plain@`);
		await follow(page, page.getByRole('link', { name: new RegExp(`^${button} `) }));
		await page.goto(`${site.url}/wp-admin/users.php?s=plain@`);
		assert.match(await page.locator('#the-list td.column-scimpress_state').textContent(), new RegExp(state));
		assert.equal((await scim(token, 'GET', `/Users/${user.id}`)).json.active, state === 'Active');
	}
});
