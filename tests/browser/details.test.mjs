// What is ours on pages of WordPress itself, and what only opens from another page: no violation that axe knows, nothing cut off.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { accessible, fits, follow, launch, new_token, page_url, person, scim, scripts, sign_in, site } from './browser.mjs';

const network = JSON.parse(readFileSync(process.env.SCIMPRESS_NETWORK_FACTS, 'utf8'));

let browser;
let page;
let account;

before(async () => {
	browser = await launch();
	page = await sign_in(browser);
	const token = await new_token(page, 'Details');
	const boss = (await scim(token, 'POST', '/Users', person('details-boss'))).json;
	const body = { ...person('details'), 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { value: boss.id } } };
	const user = (await scim(token, 'POST', '/Users', body)).json;
	const patch = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'replace', path: 'title', value: 'Dr' }] };
	assert.equal((await scim(token, 'PATCH', `/Users/${user.id}`, patch)).status, 200);
	assert.equal((await scim(token, 'POST', '/Users', person('details'))).status, 409);
	await page.goto(`${site.url}/wp-admin/users.php?s=details`);
	account = new URL(await page.getByRole('link', { name: 'SCIM resource of details', exact: false }).first().getAttribute('href')).searchParams.get('user_id');
});
after(() => browser?.close());

// Looks at it on a wide and on a narrow screen. Core decides how wide its own tables are.
const look = async (name, selector, rules, { core = false, on = page } = {}) => {
	await on.locator(selector).first().waitFor();
	for (const width of [1280, 375]) {
		await on.setViewportSize({ width, height: 800 });
		await accessible(on, `${name}, ${width} pixels`, selector, rules);
		if (!core) {
			await fits(on, `${name}, ${width} pixels`, selector);
		}
	}
};

test('an entry of the log that succeeded, and one that failed', async () => {
	for (const [filter, heading] of [['&operation=update', 'Changes'], ['&operation=create&failed=1', 'Request']]) {
		await page.goto(`${page_url('log')}&s=details@corp.example.com${filter}`);
		await follow(page, page.locator('table.scimpress-log tbody a').first());
		await page.getByRole('heading', { name: heading }).waitFor();
		await look(`entry ${filter}`, '.wrap.scimpress');
	}
});

test('an entry that is not there', async () => {
	await page.goto(`${page_url('log')}&entry=99999999`);
	await page.getByText('There is no such entry').waitFor();
	await look('no entry', '.wrap.scimpress');
});

test('the list of users', async () => {
	await page.setViewportSize({ width: 1280, height: 800 });
	for (const view of ['', '&scimpress_view=provisioned']) {
		await page.goto(`${site.url}/wp-admin/users.php?s=details${view}`);
		for (const column of ['scimpress_state', 'scimpress_source', 'scimpress_sync']) {
			assert.ok(await page.locator(`td.column-${column}`).first().isVisible(), column);
		}
		await look(`users ${view}`, '[class*="column-scimpress_"], .subsubsub [class*="scimpress"], .row-actions [class*="scimpress"]', 3, { core: true });
		await page.setViewportSize({ width: 1280, height: 800 });
	}
});

test('the resource of a user, and one that SCIM does not know', async () => {
	for (const user of [account, '1']) {
		await page.goto(`${site.url}/wp-admin/users.php?page=scimpress-resource&user_id=${user}`);
		await look(`resource of ${user}`, '.wrap.scimpress', 3);
	}
});

test('a profile', async () => {
	await page.goto(`${site.url}/wp-admin/user-edit.php?user_id=${account}`);
	await scripts(page);
	assert.ok(await page.getByRole('heading', { name: 'Provisioning log' }).isVisible());
	await look('profile', '#scimpress-profile, #scimpress-profile + p, #scimpress-profile + p + table, .scimpress-mapped, .scimpress-log', 4, { core: true });
});

test('the dashboard', async () => {
	await page.goto(`${site.url}/wp-admin/index.php`);
	await page.locator('#scimpress_log summary').click();
	await look('dashboard', '#scimpress_log', 5);
});

test('Site Health', async () => {
	await page.setViewportSize({ width: 1280, height: 800 });
	await page.goto(`${site.url}/wp-admin/site-health.php`);
	// It comes when its turn has come among core's.
	const open = page.locator('[aria-controls="health-check-accordion-block-scimpress_doctor"]');
	await open.waitFor();
	await open.click();
	await page.getByRole('link', { name: 'Ask the connection doctor what to do' }).waitFor();
	await look('Site Health', '#health-check-accordion-block-scimpress_doctor', 3, { core: true });
	await page.goto(`${site.url}/wp-admin/site-health.php?tab=debug`);
	await scripts(page);
	await page.locator('[aria-controls="health-check-accordion-block-scimpress"]').click();
	await look('Site Health, information', '#health-check-accordion-block-scimpress', 3, { core: true });
});

test('the page of a network', async () => {
	const super_admin = await sign_in(browser, {}, network);
	await super_admin.goto(`${network.url}/wp-admin/network/settings.php?page=scimpress`);
	await look('network', '.wrap.scimpress', 6, { on: super_admin });
	await super_admin.check('[name="deactivate"]');
	await follow(super_admin, super_admin.locator('#submit'));
	await super_admin.getByText('Settings saved.').waitFor();
	await look('network, saved', '.wrap.scimpress', 6, { on: super_admin });
	assert.deepEqual(super_admin.faults, []);
	await super_admin.context().close();
});

test('no script fails and no other host is asked', () => assert.deepEqual(page.faults, []));
