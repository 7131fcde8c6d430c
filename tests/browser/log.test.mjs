// The log of requests that were really made: filtered, opened, and taken away as a file.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { follow, launch, new_token, page_url, person, scim, sign_in } from './browser.mjs';

const WHO = 'log-reader@corp.example.com';
const SECRET = 'correct horse battery staple';
const FORMULA = '=HYPERLINK("https://example.com","x")';

let browser;
let page;
let user;

before(async () => {
	browser = await launch();
	page = await sign_in(browser);
	const token = await new_token(page, 'Log');
	user = (await scim(token, 'POST', '/Users', { ...person('log-reader'), password: SECRET })).json;
	const patch = (value, path) => scim(token, 'PATCH', `/Users/${user.id}`, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'replace', path, value }] });
	assert.equal((await patch(FORMULA, 'title')).status, 200);
	assert.equal((await patch('perhaps', 'active')).status, 400);
	assert.equal((await scim(token, 'POST', '/Users', person('log-other'))).status, 201);
	assert.equal((await scim(token, 'DELETE', `/Users/${user.id}`)).status, 204);
});
after(() => browser?.close());

const entries = () => page.locator('table.scimpress-log tbody tr');
// What the rows say: operation, name, and the first words of the result.
const rows = () => entries().evaluateAll((all) => all.map((row) => {
	const [operation, name, result] = [...row.querySelectorAll('td')].map((cell) => cell.innerText.trim());
	return [operation, name, result.split('\n')[0].trim()];
}));
const filter = async (fields) => {
	await page.goto(page_url('log'));
	await page.fill('#scimpress-log-s', WHO);
	for (const [name, value] of Object.entries(fields)) {
		const field = page.locator(`.scimpress-log-filter [name="${name}"]`);
		await (name === 'operation' ? field.selectOption({ label: value }) : value === true ? field.check() : field.fill(value));
	}
	await follow(page, page.getByRole('button', { name: 'Filter', exact: true }));
};
const update = ['Update User', WHO, 'Done 200'];
const failure = ['Update User', WHO, 'Failed 400 invalidValue'];

test('the search finds a person, and what happened to him, newest first', async () => {
	await filter({});
	assert.deepEqual(await rows(), [['Delete User', WHO, 'Done 204'], failure, update, ['Create User', WHO, 'Done 201']]);
	await follow(page, page.getByRole('link', { name: 'Show all' }));
	assert.ok(await entries().filter({ hasText: 'log-other@' }).count(), 'without the filter others are there');
	await page.fill('#scimpress-log-s', 'log-read');
	await page.keyboard.press('Enter');
	await page.getByText('No entry fits.').waitFor();
});

test('only failures, one operation, both', async () => {
	await filter({ failed: true });
	assert.deepEqual(await rows(), [failure]);
	await filter({ operation: 'Update' });
	assert.deepEqual(await rows(), [failure, update]);
	await filter({ operation: 'Delete', failed: true });
	await page.getByText('No entry fits.').waitFor();
	assert.ok(await page.isChecked('[name="failed"]'), 'the filter stays in its fields');
});

test('days', async () => {
	await filter({});
	const times = await entries().locator('time').evaluateAll((all) => all.map((time) => time.dateTime.slice(0, 10)));
	const [last, first] = [times[0], times.at(-1)];
	const shifted = (day, by) => new Date(Date.parse(day) + by * 86400e3).toISOString().slice(0, 10);
	await filter({ from: first, to: last });
	assert.equal((await rows()).length, 4);
	await filter({ from: shifted(last, 1) });
	await page.getByText('No entry fits.').waitFor();
	await filter({ to: shifted(first, -1) });
	await page.getByText('No entry fits.').waitFor();
});

test('an entry has what changed, the message, and the request without its secrets', async () => {
	await filter({ failed: true });
	await follow(page, entries().getByRole('link'));
	await page.getByRole('heading', { name: /^Entry \d+$/ }).waitFor();
	const message = page.locator('.scimpress-log-entry tr', { has: page.getByRole('rowheader', { name: 'Message' }) });
	assert.match(await message.innerText(), /'active' must be true or false/);
	assert.match(await page.locator('.scimpress-log-raw').innerText(), new RegExp(`PATCH /Users/${user.id}[^]*"perhaps"`));

	await filter({ operation: 'Create' });
	await follow(page, entries().getByRole('link'));
	const raw = page.locator('.scimpress-log-raw');
	assert.match(await raw.innerText(), new RegExp(`POST /Users[^]*"${WHO}"`));
	assert.match(await raw.innerText(), /"password": ?"(?!correct)[^"]+"/, 'that there was a password is no secret');
	assert.ok(!(await page.content()).includes(SECRET));
	assert.ok(!/Bearer \S{10}/.test(await raw.innerText()));
	const changes = page.getByRole('table', { name: 'Attributes before and after' });
	assert.match(await changes.getByRole('row', { name: /^displayName/ }).innerText(), /Mira log-reader/);
	assert.match(await changes.getByRole('row', { name: /^password/ }).innerText(), /set/);
	await follow(page, page.getByRole('link', { name: 'Back to the log' }));
	await page.waitForURL(page_url('log'));
});

// A file of quoted values as rows of values by column.
const parsed = (text) => {
	const [head, ...lines] = text.replace(/^\uFEFF/, '').trimEnd().split('\r\n').map((line) => [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, value]) => value.replaceAll('""', '"')));
	return lines.map((line) => Object.fromEntries(line.map((value, column) => [head[column], value])));
};

test('what fits is a file', async () => {
	await filter({ operation: 'Update' });
	const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export what fits as CSV' }).click()]);
	assert.match(download.suggestedFilename(), /\.csv$/);
	const file = parsed(readFileSync(await download.path(), 'utf8'));
	assert.deepEqual(file.map((line) => [line.operation, line.name, line.status, line.scim_id]), [['update', WHO, '400', user.id], ['update', WHO, '200', user.id]]);
	assert.equal(file[1].changes, `title: – → ${FORMULA}`);
	assert.deepEqual([...new Set(file.map((line) => line.address))], ['127.0.0.0']);
	for (const line of file) {
		assert.match(line.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
		assert.ok(Object.values(line).every((value) => !/^[=+\-@]/.test(value)), 'no spreadsheet takes it for a formula');
	}
});

test('no script fails and no other host is asked', () => assert.deepEqual(page.faults, []));
