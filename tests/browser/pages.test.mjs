// Every page, on a wide and on a narrow screen, from left and from right: no violation that axe knows, nothing cut off.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TABS, accessible, fits, follow, launch, page_url, person, roles_tab, scim, sign_in, site } from './browser.mjs';

let browser;
let resource;

before(async () => {
	browser = await launch();
	// A page with everything on it: several tokens, one of them replaced, one just made, and a user.
	const page = await sign_in(browser);
	await page.goto(page_url('tokens'));
	await page.fill('#scimpress-new-name', 'A name as long as a name may be, which is sixty characters!');
	await follow(page, page.getByRole('button', { name: 'Create token' }));
	const token = await page.inputValue('#scimpress-token');
	await scim(token, 'POST', '/Users', person('looked-at'));
	await follow(page, page.getByRole('button', { name: /^Replace A name/ }));
	await page.goto(`${site.url}/wp-admin/users.php?s=looked-at`);
	resource = await page.getByRole('link', { name: /^SCIM resource of/ }).getAttribute('href');
	// Where somebody is visited the tab Roles goes on by itself, and away from who looks at it.
	await roles_tab(page);
	await page.context().close();
});
after(() => browser?.close());

for (const direction of ['ltr', 'rtl']) {
	test(direction, async (t) => {
		const page = await sign_in(browser, { extraHTTPHeaders: { 'X-Scimpress-Direction': direction } });
		const look = async (name) => {
			assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).direction), direction);
			await page.evaluate(() => document.querySelectorAll('.scimpress details').forEach((details) => { details.open = true; }));
			for (const width of [1280, 375]) {
				await page.setViewportSize({ width, height: 800 });
				await accessible(page, `${name}, ${width} pixels`);
				await fits(page, `${name}, ${width} pixels`);
			}
		};
		for (const address of [...TABS.map(page_url), resource]) {
			const name = address.replace(site.url, '');
			await t.test(name, async () => {
				await page.goto(address);
				await look(name);
			});
		}
		await t.test('a token that was just made', async () => {
			await page.goto(page_url('tokens'));
			await follow(page, page.getByRole('button', { name: 'Create token' }));
			await page.locator('#scimpress-token').waitFor();
			await look('a new token');
		});
		assert.deepEqual(page.faults, []);
		await page.context().close();
	});
}

test('every control is reached by the keyboard and shows its focus', async () => {
	const page = await sign_in(browser);
	for (const tab of TABS) {
		await page.goto(page_url(tab));
		const wanted = await page.locator('.wrap.scimpress').locator('a, button, input:not([type=hidden]), select, textarea, summary').evaluateAll((all) => {
			const groups = new Set();
			return all.filter((control) => control.checkVisibility() && !control.disabled && !(control.type === 'radio' && (groups.has(control.name) || !groups.add(control.name)))).length;
		});
		await page.locator('.wrap.scimpress h1').evaluate((heading) => {
			heading.tabIndex = -1;
			heading.focus();
		});
		const seen = new Set();
		for (let press = 0; press < 400 && seen.size < wanted; press++) {
			await page.keyboard.press('Tab');
			const here = await page.evaluate(() => {
				const control = document.activeElement;
				if (!control.closest('.wrap.scimpress')) {
					return null;
				}
				const style = getComputedStyle(control);
				const all = [...document.querySelectorAll('.wrap.scimpress *')];
				return { place: all.indexOf(control), tag: control.tagName, shown: style.outlineStyle !== 'none' || style.boxShadow !== 'none' };
			});
			if (here === null) {
				break;
			}
			assert.ok(here.shown, `${tab}: no focus is shown on ${here.tag}`);
			if (here.tag !== 'DIV') {
				seen.add(here.place);
			}
		}
		assert.equal(seen.size, wanted, tab);
	}
	await page.context().close();
});
