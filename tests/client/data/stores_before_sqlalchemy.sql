-- Written by the hand-written stores, before they were built on SQLAlchemy.
BEGIN TRANSACTION;
CREATE TABLE billmanager_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT, customer TEXT NOT NULL, tariff INTEGER NOT NULL,
    module INTEGER NOT NULL, period INTEGER NOT NULL, price TEXT NOT NULL,
    ordered_on TEXT NOT NULL, status INTEGER NOT NULL, expires_on TEXT, seller_id INTEGER,
    seller_period INTEGER, seller_expires_on TEXT, params TEXT NOT NULL, addons TEXT NOT NULL,
    given TEXT NOT NULL, mark TEXT NOT NULL, own_term INTEGER NOT NULL);
INSERT INTO "billmanager_item" VALUES(1,'ada',1,1,1,'7.99','2027-01-31',2,'2027-02-28',100005,1,'2027-02-28','{"domain": "ada.example"}','{"ncpu": 2, "panel": "lite"}','{"ip": "192.0.2.5"}','abc',1);
CREATE TABLE billmanager_module (
    id INTEGER PRIMARY KEY, itemtype TEXT NOT NULL, seller TEXT NOT NULL, name TEXT NOT NULL,
    minimal_balance TEXT NOT NULL, datacenter INTEGER, department TEXT NOT NULL,
    sort INTEGER NOT NULL);
INSERT INTO "billmanager_module" VALUES(1,'vds','hoster','Machines','12.50',3,'support',2);
CREATE TABLE billmanager_operation (
    id INTEGER PRIMARY KEY AUTOINCREMENT, item INTEGER NOT NULL REFERENCES billmanager_item(id),
    action TEXT NOT NULL, created_at TEXT NOT NULL, state TEXT NOT NULL, period INTEGER,
    params TEXT NOT NULL, addons TEXT NOT NULL, price TEXT NOT NULL, cost TEXT,
    asked INTEGER NOT NULL, before_on TEXT, sent_at TEXT, ended_at TEXT, reason TEXT);
INSERT INTO "billmanager_operation" VALUES(1,1,'open','2027-01-31T12:30:00+00:00','completed',1,'{"domain": "ada.example"}','{"ncpu": 2}','7.99','5.00',1,NULL,'2027-01-31T12:30:00+00:00','2027-01-31T12:30:00+00:00',NULL);
INSERT INTO "billmanager_operation" VALUES(2,1,'prolong','2027-01-31T12:30:00+00:00','failed',1,'{}','{}','7.99',NULL,0,'2027-02-28',NULL,NULL,'["not_enough_money", "", "no money"]');
CREATE TABLE billmanager_period (length INTEGER PRIMARY KEY);
INSERT INTO "billmanager_period" VALUES(1);
INSERT INTO "billmanager_period" VALUES(3);
INSERT INTO "billmanager_period" VALUES(12);
CREATE TABLE billmanager_period_map (
    module INTEGER NOT NULL, source INTEGER NOT NULL, target INTEGER NOT NULL,
    tariff INTEGER NOT NULL, PRIMARY KEY (module, source, tariff));
INSERT INTO "billmanager_period_map" VALUES(1,3,1,0);
INSERT INTO "billmanager_period_map" VALUES(1,3,12,1);
CREATE TABLE billmanager_pull (id INTEGER PRIMARY KEY, at TEXT NOT NULL);
INSERT INTO "billmanager_pull" VALUES(1,'2027-01-31T12:30:00+00:00');
CREATE TABLE billmanager_rate (currency TEXT PRIMARY KEY, rate TEXT NOT NULL);
INSERT INTO "billmanager_rate" VALUES('USD','0.92');
CREATE TABLE billmanager_source (
    tariff INTEGER NOT NULL, module INTEGER NOT NULL, inside TEXT NOT NULL,
    PRIMARY KEY (tariff, module));
INSERT INTO "billmanager_source" VALUES(1,1,'{"addons": [{"enumeration": "", "id": 10, "included": "1", "intname": "ncpu", "items": [], "kind": "integer", "maximum": "8", "measure": "Unit", "minimum": "1", "name": "CPU", "prices": [{"cost": {"amount": "1.00", "currency": "EUR"}, "length": 1, "unit": "month"}], "step": "1"}, {"enumeration": "panels", "id": 11, "included": null, "intname": "panel", "items": [{"id": 1, "intname": "none", "name": "None", "prices": []}, {"id": 2, "intname": "lite", "name": "Lite", "prices": [{"cost": {"amount": "4.00", "currency": "EUR"}, "length": 1, "unit": "month"}]}], "kind": "enumeration", "maximum": null, "measure": "", "minimum": null, "name": "Panel", "prices": [], "step": null}], "datacenters": [{"id": 1, "name": "Near"}], "id": 6, "itemtype": "vds", "name": "VDS", "options": {"ostempl": ["debian", "windows"]}, "orderable": true, "prices": [{"cost": {"amount": "5.00", "currency": "EUR"}, "length": 1, "unit": "month"}]}');
CREATE TABLE billmanager_tariff (
    id INTEGER PRIMARY KEY, itemtype TEXT NOT NULL, name TEXT NOT NULL, enabled INTEGER NOT NULL,
    inside TEXT NOT NULL);
INSERT INTO "billmanager_tariff" VALUES(1,'vds','My VDS',1,'{"addons": [{"active": true, "choices": [], "enumeration": "", "included": "1", "intname": "ncpu", "kind": "integer", "name": "CPU", "prices": {"1": "1.4000"}}, {"active": false, "choices": [{"active": true, "intname": "lite", "name": "Lite", "prices": {"1": "5.6000"}}], "enumeration": "panels", "included": "0", "intname": "panel", "kind": "enumeration", "name": "Panel", "prices": {}}], "prices": {"1": "7.99", "3": "21.00"}, "rule": [null, "40", ".99"], "templates": [{"intname": "debian", "linked": true}, {"intname": "windows", "linked": false}]}');
CREATE TABLE billmanager_task (
    id INTEGER PRIMARY KEY, operation INTEGER NOT NULL UNIQUE, department TEXT NOT NULL,
    title TEXT NOT NULL, opened_at TEXT NOT NULL, closed_at TEXT);
INSERT INTO "billmanager_task" VALUES(1,1,'support','open of service 1','2027-01-31T12:30:00+00:00','2027-01-31T12:30:00+00:00');
INSERT INTO "billmanager_task" VALUES(2,2,'support','prolong of service 1','2027-01-31T12:30:00+00:00',NULL);
CREATE TABLE bundle (
    machine_id INTEGER PRIMARY KEY, name TEXT NOT NULL, ip TEXT NOT NULL, tariff INTEGER NOT NULL,
    wanted TEXT NOT NULL, license_id INTEGER, licence_ip TEXT NOT NULL,
    licence_runs INTEGER NOT NULL, problem TEXT NOT NULL);
INSERT INTO "bundle" VALUES(7,'web-7','192.0.2.7',55227,'suspended',100003,'192.0.2.7',1,'no answer');
INSERT INTO "bundle" VALUES(8,'web-8','192.0.2.8',3541,'running',NULL,'',0,'');
CREATE TABLE bundle_free (
    license_id INTEGER PRIMARY KEY, tariff INTEGER NOT NULL);
INSERT INTO "bundle_free" VALUES(100004,3541);
CREATE TABLE module_asking (
    module INTEGER PRIMARY KEY, who TEXT NOT NULL, until REAL NOT NULL);
CREATE TABLE module_buyer (
    id INTEGER PRIMARY KEY, login TEXT NOT NULL UNIQUE, secret TEXT NOT NULL, name TEXT NOT NULL,
    balance TEXT NOT NULL DEFAULT '0.00');
INSERT INTO "module_buyer" VALUES(1,'ada','00112233445566778899aabbccddeeff$x','ada','18.00');
CREATE TABLE module_entry (
    id INTEGER PRIMARY KEY AUTOINCREMENT, buyer INTEGER NOT NULL, module INTEGER,
    happened_on TEXT NOT NULL, kind TEXT NOT NULL, amount TEXT NOT NULL);
INSERT INTO "module_entry" VALUES(1,1,NULL,'2027-01-31','top-up','30.00');
INSERT INTO "module_entry" VALUES(2,1,1,'2027-01-31','sale','-12.00');
CREATE TABLE module_failure (
    who TEXT PRIMARY KEY, count INTEGER NOT NULL, last REAL NOT NULL, locked_until REAL NOT NULL);
CREATE TABLE module_held (
    id INTEGER PRIMARY KEY AUTOINCREMENT, buyer INTEGER NOT NULL REFERENCES module_buyer(id),
    licence INTEGER NOT NULL, product INTEGER NOT NULL, intname TEXT NOT NULL,
    period INTEGER NOT NULL, price TEXT NOT NULL, autoprolong INTEGER, state TEXT NOT NULL,
    number INTEGER, order_id INTEGER NOT NULL, created_on TEXT NOT NULL, expires_on TEXT,
    remoteid TEXT NOT NULL);
INSERT INTO "module_held" VALUES(1,1,100002,277,'Virusdie',1,'12.00',1,'active',100006,1,'2027-01-31','2027-02-28','pm-1');
CREATE TABLE module_licence (
    number INTEGER PRIMARY KEY, buyer INTEGER NOT NULL REFERENCES module_buyer(id),
    edition TEXT NOT NULL);
INSERT INTO "module_licence" VALUES(100002,1,'ispmanager6_pro');
CREATE TABLE module_order (
    id INTEGER PRIMARY KEY AUTOINCREMENT, buyer INTEGER NOT NULL, state TEXT NOT NULL);
INSERT INTO "module_order" VALUES(1,1,'paid');
CREATE TABLE module_price (
    product INTEGER NOT NULL REFERENCES module_product(id), period INTEGER NOT NULL,
    price TEXT NOT NULL, PRIMARY KEY (product, period));
INSERT INTO "module_price" VALUES(277,1,'12.00');
INSERT INTO "module_price" VALUES(277,12,'120.00');
CREATE TABLE module_product (
    id INTEGER PRIMARY KEY, tariff INTEGER NOT NULL, intname TEXT NOT NULL, name TEXT NOT NULL,
    editions TEXT NOT NULL);
INSERT INTO "module_product" VALUES(277,955301,'Virusdie','Virusdie','ispmanager6_pro');
CREATE TABLE module_session (
    digest TEXT PRIMARY KEY, buyer INTEGER NOT NULL, secret TEXT NOT NULL, used_at REAL NOT NULL);
CREATE TABLE module_term (
    module INTEGER NOT NULL, before_on TEXT NOT NULL, period INTEGER NOT NULL,
    price TEXT NOT NULL, state TEXT NOT NULL, asked_on TEXT NOT NULL, asked_at REAL,
    PRIMARY KEY (module, before_on));
INSERT INTO "module_term" VALUES(1,'2027-02-28',1,'12.00','begun','2027-01-31',1801398600.0);
CREATE TABLE storefront_cost (
    expense_id INTEGER PRIMARY KEY, service_id INTEGER, charged_on TEXT NOT NULL,
    amount TEXT NOT NULL, currency TEXT NOT NULL, rate TEXT NOT NULL, name TEXT NOT NULL);
INSERT INTO "storefront_cost" VALUES(1,100001,'2027-01-31','5.00','EUR','1.08','order');
INSERT INTO "storefront_cost" VALUES(2,NULL,'2027-02-01','-1.50','EUR','1','refund');
CREATE TABLE storefront_customer (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, joined_on TEXT NOT NULL);
INSERT INTO "storefront_customer" VALUES(1,'ada','2027-01-31');
CREATE TABLE storefront_price (
    tariff INTEGER PRIMARY KEY, fixed TEXT, markup TEXT NOT NULL, rounding TEXT NOT NULL);
INSERT INTO "storefront_price" VALUES(6,'7.50','0','0.01');
INSERT INTO "storefront_price" VALUES(55227,NULL,'40','.99');
CREATE TABLE storefront_sale (
    reference TEXT PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES storefront_customer(id),
    service_id INTEGER NOT NULL, tariff INTEGER NOT NULL, kind TEXT NOT NULL,
    sold_on TEXT NOT NULL, price TEXT NOT NULL);
INSERT INTO "storefront_sale" VALUES('inv-1',1,100001,55227,'sale','2027-01-31','6.99');
CREATE TABLE whmcs_licence (
    license_id INTEGER PRIMARY KEY, owner INTEGER NOT NULL, service_id INTEGER,
    due_on TEXT NOT NULL, tariff INTEGER NOT NULL, nodes INTEGER NOT NULL, ends_on TEXT);
INSERT INTO "whmcs_licence" VALUES(100001,0,13,'2027-02-28',55227,2,NULL);
INSERT INTO "whmcs_licence" VALUES(100002,1,NULL,'2027-03-01',3541,0,'2027-12-31');
CREATE INDEX billmanager_operation_item ON billmanager_operation (item, state);
CREATE INDEX billmanager_operation_state ON billmanager_operation (state);
CREATE UNIQUE INDEX module_once ON module_held (licence, intname)
    WHERE state <> 'closed';
CREATE INDEX module_by_buyer ON module_held (buyer, state);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('billmanager_item',1);
INSERT INTO "sqlite_sequence" VALUES('billmanager_operation',2);
INSERT INTO "sqlite_sequence" VALUES('module_entry',2);
INSERT INTO "sqlite_sequence" VALUES('module_order',1);
INSERT INTO "sqlite_sequence" VALUES('module_held',1);
COMMIT;
