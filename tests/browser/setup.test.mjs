// From a site on which the plugin is not even active to the first provisioned user, and the life of a token.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { copied, follow, launch, page_url, person, scim, sign_in, site } from './browser.mjs';

let browser;
let page;
let token;

before(async () => {
	browser = await launch();
	page = await sign_in(browser);
	await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: site.url });
});
after(() => browser?.close());

const steps = () => page.locator('.scimpress-steps .scimpress-state').allTextContents();
const row = (name) => page.locator('tbody tr', { has: page.getByRole('rowheader', { name }) });

test('activation leads to the setup', async () => {
	await page.goto(`${site.url}/wp-admin/plugins.php`);
	await follow(page, page.locator('#activate-scimpress'));
	await follow(page, page.getByRole('link', { name: 'Set it up in three steps' }));
	await page.waitForURL(page_url());
	// The site of the tests has no TLS, which the second step says.
	assert.deepEqual(await steps(), ['Done', 'Not yet', 'Not yet']);
	assert.match(await page.locator('.scimpress-steps').textContent(), /Provisioning is switched off/);
});

test('one button makes the token and switches provisioning on', async () => {
	await page.selectOption('#scimpress-client', 'entra');
	await follow(page, page.getByRole('button', { name: 'Create token and switch provisioning on' }));
	token = await copied(page, 'scimpress-token');
	assert.match(token, /^[A-Za-z0-9_-]{43}$/);
	assert.equal(await copied(page, 'scimpress-tenant-url'), `${site.tenant_url.replace(/\/$/, '')}/`);
	assert.doesNotMatch(await page.locator('.scimpress-steps').textContent(), /switched off/);
	await page.goto(page_url());
	assert.equal(await page.locator('#scimpress-token').count(), 0);
	assert.ok(!(await page.content()).includes(token));
});

test('Test Connection is green and the first user arrives', async () => {
	const probe = await scim(token, 'GET', '/Users?filter=userName+eq+%22cf4d78e8-3f1f-4a31-9b5e-1d6a1f5b2c3d%22');
	assert.equal(probe.status, 200);
	assert.equal(probe.json.totalResults, 0);
	const made = await scim(token, 'POST', '/Users', person('first'));
	assert.equal(made.status, 201);
	await page.goto(page_url());
	assert.equal((await steps())[2], 'Done');
	assert.match(await page.locator('.scimpress-steps li').last().textContent(), /by .* from 127\.0\.0\.0\/24/);
	await page.goto(`${site.url}/wp-admin/users.php`);
	await follow(page, page.getByRole('link', { name: 'Provisioned', exact: true }));
	await follow(page, page.getByRole('link', { name: /^SCIM resource of/ }));
	const shown = JSON.parse(await page.locator('.scimpress-json').textContent());
	assert.deepEqual(shown, (await scim(token, 'GET', `/Users/${made.json.id}`)).json);
});

test('a token is replaced, both work, and the old one is revoked', async () => {
	await page.goto(page_url('tokens'));
	await follow(page, page.getByRole('button', { name: 'Replace Microsoft Entra ID' }));
	const next = await copied(page, 'scimpress-token');
	assert.notEqual(next, token);
	for (const one of [token, next]) {
		assert.equal((await scim(one, 'GET', '/Users?count=1')).status, 200);
	}
	const old = row(new RegExp(token.slice(-4)));
	assert.match(await old.textContent(), /Replaced, ends on/);
	page.once('dialog', (dialog) => dialog.dismiss());
	await old.getByRole('button', { name: /^Revoke/ }).click();
	assert.equal((await scim(token, 'GET', '/Users?count=1')).status, 200, 'who says no revokes nothing');
	page.once('dialog', (dialog) => dialog.accept());
	await follow(page, old.getByRole('button', { name: /^Revoke/ }));
	await page.getByText('The token was revoked').waitFor();
	const refused = await scim(token, 'GET', '/Users?count=1');
	assert.equal(refused.status, 401);
	assert.match(refused.json.detail, /not one that this site expects/);
	assert.equal((await scim(next, 'GET', '/Users?count=1')).status, 200);
	token = next;
});

test('no script fails and no other host is asked', () => assert.deepEqual(page.faults, []));

test('without JavaScript the forms work', async () => {
	const plain = await sign_in(browser, { javaScriptEnabled: false });
	await plain.goto(page_url('tokens'));
	await plain.fill('#scimpress-new-name', 'Without a script');
	await plain.selectOption('#scimpress-new-rights', 'read');
	await follow(plain, plain.getByRole('button', { name: 'Create token' }));
	const made = await plain.inputValue('#scimpress-token');
	assert.equal(await plain.getByRole('button', { name: /^Copy/ }).count(), 0, 'a button that needs a script is not there');
	assert.equal((await scim(made, 'GET', '/Users?count=1')).status, 200);
	assert.equal((await scim(made, 'POST', '/Users', person('nobody'))).status, 403);
	await follow(plain, plain.getByRole('button', { name: 'Revoke Without a script' }));
	await plain.getByText('The token was revoked').waitFor();
	assert.equal((await scim(made, 'GET', '/Users?count=1')).status, 401);
	await plain.goto(page_url('settings'));
	await plain.check('[name="ignore_passwords"]');
	await follow(plain, plain.locator('#submit'));
	await plain.getByText('Settings saved.').waitFor();
	assert.ok(await plain.isChecked('[name="ignore_passwords"]'));
	await plain.uncheck('[name="ignore_passwords"]');
	await follow(plain, plain.locator('#submit'));
	await plain.goto(page_url());
	assert.ok(await plain.getByText('Integrate any other application').isVisible());
	await plain.getByText('Okta', { exact: true }).click();
	assert.ok(await plain.getByText('SCIM connector base URL').isVisible());
	await plain.context().close();
});
