// The life of a token by the keyboard alone: made, shown once, copied, used, replaced with an overlap, revoked.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { copied, launch, page_url, person, scim, sign_in, site } from './browser.mjs';

const NAME = 'By the keyboard';

let browser;
let page;
let token;
let next;

before(async () => {
	browser = await launch();
	page = await sign_in(browser);
	await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: site.url });
});
after(() => browser?.close());

// Goes from where the focus is to a control by the Tab key, as far as it takes.
const tab_to = async (control) => {
	for (let press = 0; press < 300; press++) {
		if (await control.evaluate((element) => element === document.activeElement)) {
			return;
		}
		await page.keyboard.press('Tab');
	}
	assert.fail('the Tab key does not get there');
};
// Chooses in a list that has the focus. Letters that are typed are one word only when they come quickly.
const choose = async (value) => {
	await page.keyboard.press('Home');
	for (let press = 0; press < 30; press++) {
		if (await page.evaluate(() => document.activeElement.value) === value) {
			return;
		}
		await page.keyboard.press('ArrowDown');
	}
	assert.fail(`the list has no ${value}`);
};
// Presses a button by the keyboard; the page that follows.
const press = async (button, key = 'Enter') => {
	await tab_to(button);
	await Promise.all([page.waitForEvent('load'), page.keyboard.press(key)]);
};
const row = (secret) => page.locator('tbody tr', { has: page.getByText(`…${secret.slice(-4)}`, { exact: true }) });
const cells = (secret) => row(secret).locator('td').allInnerTexts();
const look = async (secret) => (await scim(secret, 'GET', '/Users?count=1')).status;

test('it is made with a name, a client, a right and a last day', async () => {
	await page.goto(page_url('tokens'));
	await tab_to(page.locator('#scimpress-new-name'));
	await page.keyboard.type(NAME);
	await page.keyboard.press('Tab');
	await choose('okta');
	await page.keyboard.press('Tab');
	await choose('read');
	await page.keyboard.press('Tab');
	// A field for a date takes what the language of the browser writes first.
	await page.keyboard.type('12312098');
	assert.deepEqual(
		await Promise.all(['client', 'rights', 'expires'].map((field) => page.inputValue(`#scimpress-new-${field}`))),
		['okta', 'read', '2098-12-31'],
	);
	await press(page.getByRole('button', { name: 'Create token' }));
	token = await copied(page, 'scimpress-token');
	assert.match(token, /^[A-Za-z0-9_-]{43}$/);
	const [client, rights, , expires, used] = await cells(token);
	assert.deepEqual([client, rights, used], ['Okta', 'only read', 'Never']);
	assert.match(expires, /2099/, 'it ends with that day');
});

test('it is shown this once', async () => {
	for (const address of [page_url('tokens'), page_url(), page_url('log'), `${site.url}/wp-admin/index.php`]) {
		await page.goto(address);
		assert.ok(!(await page.content()).includes(token), address);
	}
});

test('it is used, which is shown, and may do what it was made for', async () => {
	assert.equal(await look(token), 200);
	const refused = await scim(token, 'POST', '/Users', person('by-a-reader'));
	assert.equal(refused.status, 403);
	assert.match(refused.json.detail, /may only read/);
	await page.goto(page_url('tokens'));
	assert.match((await cells(token))[4], /, Okta from 127\.0\.0\.0\/24$/);
});

test('it is replaced, and both work for a while', async () => {
	await page.goto(page_url('tokens'));
	await tab_to(row(token).getByLabel('The old one ends'));
	await choose('72');
	await press(page.getByRole('button', { name: `Replace ${NAME}` }), 'Space');
	next = await copied(page, 'scimpress-token');
	assert.notEqual(next, token);
	assert.match((await cells(token))[3], /^Replaced, ends on /);
	assert.equal(await row(token).getByRole('button', { name: /^Replace/ }).count(), 0, 'it is replaced once');
	assert.deepEqual((await cells(next)).slice(0, 2), ['Okta', 'only read']);
	assert.deepEqual([await look(token), await look(next)], [200, 200]);
});

test('it is revoked: refused at once, and gone from the list', async () => {
	for (const [secret, other] of [[token, 200], [next, 401]]) {
		await page.goto(page_url('tokens'));
		const revoke = row(secret).getByRole('button', { name: /^Revoke/ });
		await tab_to(revoke);
		page.once('dialog', (dialog) => dialog.dismiss());
		await page.keyboard.press('Enter');
		assert.equal(await look(secret), 200, 'who says no revokes nothing');
		page.once('dialog', (dialog) => dialog.accept());
		await press(revoke);
		await page.getByText('The token was revoked').waitFor();
		assert.equal(await row(secret).count(), 0);
		assert.deepEqual([await look(secret), await look(secret === token ? next : token)], [401, other]);
	}
	await page.goto(page_url('log') + '&operation=refused');
	assert.ok(await page.getByText('not one that this site expects').first().isVisible());
});

test('no script fails and no other host is asked', () => assert.deepEqual(page.faults, []));
