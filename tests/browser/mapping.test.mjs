// Mappings and role rules: suggested, tried, saved, and then what a user brings is what the trial said.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, fits, launch, new_token, page_url, person, roles_tab, scim, scripts, sign_in, site } from './browser.mjs';

const CUSTOM = 'urn:ietf:params:scim:schemas:extension:CustomExtension:2.0:User';
// Nobody whom another file provisions.
const user = (name, more) => ({ ...person(`mapping-${name}`), ...more });

let browser;
let page;
let token;

before(async () => {
	browser = await launch();
	page = await sign_in(browser);
	// The tab Roles goes on by itself while everybody is visited; here only what is pressed leads anywhere.
	await page.addInitScript(() => { HTMLFormElement.prototype.submit = () => {}; });
	token = await new_token(page, 'Mapping');
});
after(() => browser?.close());

const result = (where) => where.getByRole('table', { name: 'The WordPress user' });
// Value and reason of every line of the result with this head.
const line = async (where, head) => (await result(where).locator('tbody tr', { has: where.getByRole('rowheader', { name: head, exact: true }) }).locator('td').allTextContents()).map((text) => text.trim());
const said = (where) => where.locator('#scimpress-tried').innerText();
const press = (where, name) => Promise.all([where.waitForNavigation(), where.getByRole('button', { name }).click()]);
const tried = async (where, tab, document, groups = '') => {
	if (document !== null) {
		await where.fill('#scimpress-try-user', typeof document === 'string' ? document : JSON.stringify(document));
	}
	await where.fill('#scimpress-try-groups', groups);
	await press(where, 'Try this user');
	assert.ok(where.url().startsWith(page_url(tab)));
};
// What axe and a narrow screen say of a result that is on the page.
const looks = async (name) => {
	for (const width of [1280, 375]) {
		await page.setViewportSize({ width, height: 800 });
		await accessible(page, `${name}, ${width} pixels`);
		await fits(page, `${name}, ${width} pixels`);
	}
	await page.setViewportSize({ width: 1280, height: 900 });
};
// Fields of an account in wp-admin.
const fields_of = async (where, name, ...fields) => {
	await where.goto(`${site.url}/wp-admin/users.php?s=${name}`);
	await where.goto(await where.locator('#the-list .row-actions .edit a').getAttribute('href'));
	await scripts(where);
	return Promise.all(fields.map((field) => where.inputValue(`#${field}`)));
};

test('a mapping is tried before it is saved, and a user brings what was shown', async () => {
	await page.goto(page_url('attributes'));
	await page.fill('[name="path[0]"]', 'title');
	await page.fill('[name="target[0]"]', 'description');
	await page.fill('[name="path[1]"]', 'nickName');
	await page.fill('[name="target[1]"]', 'nickname');
	const whoever = user('first', { title: 'Editor <b> & "co"', nickName: 'Mimi', [CUSTOM]: { tag: 'blue', level: 7 } });
	await tried(page, 'attributes', whoever);
	assert.equal(await said(page), `A new account ${whoever.userName} would be made.`);
	assert.deepEqual(await line(page, 'description'), [whoever.title, 'title']);
	assert.deepEqual(await line(page, 'nickname'), ['Mimi', 'nickName']);
	assert.deepEqual(await line(page, 'E-mail address'), [whoever.userName, 'in any case']);
	assert.deepEqual(await line(page, 'State'), ['active', 'in any case']);
	assert.ok(await page.getByText('These mappings are not saved yet.').isVisible());
	assert.equal(await page.inputValue('[name="path[1]"]'), 'nickName');
	await looks('a trial of mappings');
	const nobody = await scim(token, 'GET', `/Users?filter=userName+eq+%22${whoever.userName}%22`);
	assert.equal(nobody.json.totalResults, 0);

	await press(page, 'Save mappings');
	await page.getByText('Attributes saved.').waitFor();
	assert.equal((await scim(token, 'POST', '/Users', whoever)).status, 201);
	assert.deepEqual(await fields_of(page, 'mapping-first', 'description', 'nickname'), [whoever.title, 'Mimi']);

	await page.goto(page_url('attributes'));
	await tried(page, 'attributes', whoever);
	assert.match(await said(page), /refused with status 409: /);
	await looks('a refusal');
	await tried(page, 'attributes', '{"userName": 7');
	assert.match(await said(page), /refused with status 400: .*JSON/);
	assert.equal(await page.inputValue('#scimpress-try-user'), '{"userName": 7');
});

test('what was received is suggested', async () => {
	await scim(token, 'POST', '/Users', user('second', { title: 'Author', userType: 'Guest', roles: [{ value: 'Night desk writer' }] }));
	await page.goto(page_url('attributes'));
	const received = page.getByRole('table', { name: 'Received attributes' });
	assert.deepEqual((await received.locator('tbody tr', { has: page.getByRole('rowheader', { name: 'title', exact: true }) }).locator('td').last().innerText()).trim(), 'description');
	assert.ok(await page.locator('#scimpress-paths option[value="userType"]').count());
	await page.fill('[name="target[0]"]', 'typed_by_hand');
	await press(page, 'Add a row userType');
	assert.equal(await page.inputValue('[name="target[0]"]'), 'typed_by_hand', 'what was typed stays');
	assert.equal(await page.inputValue('[name="path[2]"]'), 'userType');
	// Browsers move the focus after the page is there.
	await page.waitForFunction(() => document.activeElement.name === 'target[2]');
	await looks('a row that was added');

	await press(page, `Fill in its form ${CUSTOM}`);
	const form = page.locator('#scimpress-schema-form');
	assert.equal(await form.locator('[name="schema[0]"]').inputValue(), CUSTOM);
	await page.waitForFunction(() => document.activeElement.name === 'schema[0]');
	assert.deepEqual(await form.locator('[name^="attribute_name"]').evaluateAll((all) => all.map((field) => field.value).filter(Boolean)), ['tag', 'level']);
	assert.deepEqual(await form.locator('[name^="attribute_type"]').evaluateAll((all) => all.slice(0, 2).map((field) => field.value)), ['string', 'integer']);
	await press(page, 'Declare this schema');
	assert.equal((await scim(token, 'GET', `/Schemas/${CUSTOM}`)).status, 200);
	assert.equal(await page.getByRole('button', { name: `Fill in its form ${CUSTOM}` }).count(), 0);
	await press(page, 'Remove this schema');
});

test('a role rule is tried with groups and with app roles, and then gives what was shown', async () => {
	await roles_tab(page);
	await page.selectOption('[name="scimpress_rules[0][role]"]', 'editor');
	await page.fill('[name="scimpress_rules[0][value]"]', 'Night desk');
	await press(page, 'Add a row Night desk writer');
	assert.deepEqual(await page.locator('[name="scimpress_rules[1][kind]"], [name="scimpress_rules[1][value]"]').evaluateAll((all) => all.map((field) => field.value)), ['appRole', 'Night desk writer']);
	await page.waitForFunction(() => document.activeElement.name === 'scimpress_rules[1][role]');
	await page.selectOption('[name="scimpress_rules[1][role]"]', 'author');
	const whoever = user('third', { roles: [{ primary: 'True', value: 'night desk writer' }] });
	await tried(page, 'roles', whoever, 'Night Desk\nSomething else');
	assert.deepEqual(await line(page, 'Role'), ['Editor', 'rule 1: is in the group named Night desk', 'Author', 'rule 2: has the app role Night desk writer']);
	assert.ok(await page.getByText('These rules are not saved yet.').isVisible());
	assert.equal(await page.inputValue('#scimpress-try-groups'), 'Night Desk\nSomething else');
	await looks('a trial of rules');
	await tried(page, 'roles', user('third'), '');
	assert.deepEqual(await line(page, 'Role'), ['Subscriber', 'default role']);
	await tried(page, 'roles', user('third', { active: false }), 'Night desk');
	assert.deepEqual(await line(page, 'Role'), ['nothing', 'nobody has one while deactivated']);

	await press(page, 'Save and apply to everybody');
	assert.equal((await scim(token, 'POST', '/Users', whoever)).status, 201);
	assert.deepEqual(await fields_of(page, 'mapping-third', 'role'), ['author']);
});

test('a form that is not right yet is not tried', async () => {
	await roles_tab(page);
	await page.selectOption('[name="scimpress_rules[2][kind]"]', 'filter');
	await page.fill('[name="scimpress_rules[2][value]"]', 'nothing eq');
	await tried(page, 'roles', '{"userName": "kept"}');
	assert.ok(await page.getByText('Nothing was tried: some rules are not right yet.').isVisible());
	assert.equal(await page.getAttribute('[name="scimpress_rules[2][value]"]', 'aria-invalid'), 'true');
	assert.equal(await page.inputValue('#scimpress-try-user'), '{"userName": "kept"}');
	assert.equal(await result(page).count(), 0);
});

test('what is typed is not lost while everybody is visited', async () => {
	const busy = await sign_in(browser);
	await busy.clock.install();
	await busy.addInitScript(() => {
		window.sent = 0;
		HTMLFormElement.prototype.submit = () => { window.sent++; };
	});
	await busy.route((url) => url.searchParams.get('tab') === 'roles', async (route) => {
		const answer = await route.fetch();
		return route.fulfill({ response: answer, body: (await answer.text()).replace('<h2 id="scimpress-try">', '<form method="post" data-scimpress-go-on="1000"></form>$&') });
	});
	const after_a_while = async () => {
		await busy.clock.runFor(10000);
		return busy.evaluate(() => window.sent);
	};
	await busy.goto(page_url('roles'));
	await busy.fill('#scimpress-try-groups', 'Typed');
	assert.equal(await after_a_while(), 0);
	await busy.goto(page_url('roles'));
	assert.equal(await after_a_while(), 1);
	await busy.context().close();
});

test('no script fails and no other host is asked', () => assert.deepEqual(page.faults, []));

test('without JavaScript all of it works', async () => {
	const plain = await sign_in(browser, { javaScriptEnabled: false });
	await plain.goto(page_url('attributes'));
	await plain.fill('[name="path[2]"]', 'name.middleName');
	await plain.fill('[name="target[2]"]', 'middle');
	await tried(plain, 'attributes', user('plain', { name: { middleName: 'K' } }));
	assert.deepEqual(await line(plain, 'middle'), ['K', 'name.middleName']);
	await press(plain, 'Add a row userType');
	assert.equal(await plain.inputValue('[name="path[3]"]'), 'userType');
	await roles_tab(plain);
	await plain.fill('[name="scimpress_rules[2][value]"]', 'Plain people');
	await plain.selectOption('[name="scimpress_rules[2][role]"]', 'contributor');
	// The example that stands there.
	await tried(plain, 'roles', null, 'plain people');
	assert.deepEqual(await line(plain, 'Role'), ['Contributor', 'rule 3: is in the group named Plain people']);
	await plain.context().close();
});

test('the site is left without mappings and rules', async () => {
	await page.goto(page_url('attributes'));
	for (const row of [0, 1]) {
		await page.fill(`[name="path[${row}]"]`, '');
		await page.fill(`[name="target[${row}]"]`, '');
	}
	await press(page, 'Save mappings');
	await page.getByText('Attributes saved.').waitFor();
	await roles_tab(page);
	for (const row of [0, 1]) {
		await page.check(`[name="scimpress_rules[${row}][remove]"]`);
	}
	await press(page, 'Save and apply to everybody');
	await page.getByText('Rules saved.').waitFor();
	assert.deepEqual(await page.locator('[name$="[value]"]').evaluateAll((all) => all.map((field) => field.value).filter(Boolean)), []);
	await page.context().close();
});
