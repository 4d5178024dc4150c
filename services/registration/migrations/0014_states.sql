-- States and provinces are chosen from a list by now, and kept by their two-letter postal codes. What was typed is folded
-- to them, and so is what code of 0.1.0 goes on writing as it was typed. A spelling that nobody knows stays as it is.

CREATE TABLE state_spellings (
    spelling text PRIMARY KEY,
    code     text NOT NULL
);
COMMENT ON TABLE state_spellings IS 'As libraries/states.py has them, for what the release before writes';
INSERT INTO state_spellings (spelling, code) VALUES
    ('al', 'AL'), ('alabama', 'AL'), ('ala', 'AL'), ('ak', 'AK'), ('alaska', 'AK'), ('alas', 'AK'), ('az', 'AZ'),
    ('arizona', 'AZ'), ('ariz', 'AZ'), ('ar', 'AR'), ('arkansas', 'AR'), ('ark', 'AR'), ('ca', 'CA'),
    ('california', 'CA'), ('calif', 'CA'), ('cal', 'CA'), ('cali', 'CA'), ('co', 'CO'), ('colorado', 'CO'),
    ('colo', 'CO'), ('ct', 'CT'), ('connecticut', 'CT'), ('conn', 'CT'), ('de', 'DE'), ('delaware', 'DE'),
    ('del', 'DE'), ('dc', 'DC'), ('districtofcolumbia', 'DC'), ('washingtondc', 'DC'), ('washdc', 'DC'),
    ('washingtondistrictofcolumbia', 'DC'), ('thedistrictofcolumbia', 'DC'), ('distofcolumbia', 'DC'), ('fl', 'FL'),
    ('florida', 'FL'), ('fla', 'FL'), ('flor', 'FL'), ('ga', 'GA'), ('georgia', 'GA'), ('geo', 'GA'), ('hi', 'HI'),
    ('hawaii', 'HI'), ('haw', 'HI'), ('hawai', 'HI'), ('id', 'ID'), ('idaho', 'ID'), ('ida', 'ID'), ('il', 'IL'),
    ('illinois', 'IL'), ('ill', 'IL'), ('ills', 'IL'), ('in', 'IN'), ('indiana', 'IN'), ('ind', 'IN'), ('ia', 'IA'),
    ('iowa', 'IA'), ('ks', 'KS'), ('kansas', 'KS'), ('kan', 'KS'), ('kans', 'KS'), ('ky', 'KY'), ('kentucky', 'KY'),
    ('ken', 'KY'), ('kent', 'KY'), ('la', 'LA'), ('louisiana', 'LA'), ('lou', 'LA'), ('me', 'ME'), ('maine', 'ME'),
    ('md', 'MD'), ('maryland', 'MD'), ('mary', 'MD'), ('mld', 'MD'), ('ma', 'MA'), ('massachusetts', 'MA'),
    ('mass', 'MA'), ('mi', 'MI'), ('michigan', 'MI'), ('mich', 'MI'), ('mn', 'MN'), ('minnesota', 'MN'),
    ('minn', 'MN'), ('ms', 'MS'), ('mississippi', 'MS'), ('miss', 'MS'), ('mo', 'MO'), ('missouri', 'MO'),
    ('mt', 'MT'), ('montana', 'MT'), ('mont', 'MT'), ('ne', 'NE'), ('nebraska', 'NE'), ('neb', 'NE'), ('nebr', 'NE'),
    ('nv', 'NV'), ('nevada', 'NV'), ('nev', 'NV'), ('nh', 'NH'), ('newhampshire', 'NH'), ('nhamp', 'NH'),
    ('newh', 'NH'), ('nhampshire', 'NH'), ('nj', 'NJ'), ('newjersey', 'NJ'), ('newj', 'NJ'), ('njersey', 'NJ'),
    ('nm', 'NM'), ('newmexico', 'NM'), ('nmex', 'NM'), ('newm', 'NM'), ('nmexico', 'NM'), ('newmex', 'NM'),
    ('ny', 'NY'), ('newyork', 'NY'), ('nyork', 'NY'), ('newy', 'NY'), ('nc', 'NC'), ('northcarolina', 'NC'),
    ('ncarolina', 'NC'), ('ncar', 'NC'), ('nocarolina', 'NC'), ('northcar', 'NC'), ('nd', 'ND'),
    ('northdakota', 'ND'), ('ndak', 'ND'), ('ndakota', 'ND'), ('nodakota', 'ND'), ('northdak', 'ND'), ('oh', 'OH'),
    ('ohio', 'OH'), ('ok', 'OK'), ('oklahoma', 'OK'), ('okla', 'OK'), ('or', 'OR'), ('oregon', 'OR'), ('ore', 'OR'),
    ('oreg', 'OR'), ('pa', 'PA'), ('pennsylvania', 'PA'), ('penn', 'PA'), ('penna', 'PA'), ('pennsyl', 'PA'),
    ('ri', 'RI'), ('rhodeisland', 'RI'), ('rhodeisl', 'RI'), ('rhodeislandandprovidenceplantations', 'RI'),
    ('sc', 'SC'), ('southcarolina', 'SC'), ('scarolina', 'SC'), ('scar', 'SC'), ('socarolina', 'SC'),
    ('southcar', 'SC'), ('sd', 'SD'), ('southdakota', 'SD'), ('sdak', 'SD'), ('sdakota', 'SD'), ('sodakota', 'SD'),
    ('southdak', 'SD'), ('tn', 'TN'), ('tennessee', 'TN'), ('tenn', 'TN'), ('tx', 'TX'), ('texas', 'TX'),
    ('tex', 'TX'), ('ut', 'UT'), ('utah', 'UT'), ('vt', 'VT'), ('vermont', 'VT'), ('verm', 'VT'), ('va', 'VA'),
    ('virginia', 'VA'), ('virg', 'VA'), ('wa', 'WA'), ('washington', 'WA'), ('wash', 'WA'), ('wv', 'WV'),
    ('westvirginia', 'WV'), ('wva', 'WV'), ('wvirginia', 'WV'), ('westva', 'WV'), ('wvirg', 'WV'), ('westvirg', 'WV'),
    ('wi', 'WI'), ('wisconsin', 'WI'), ('wis', 'WI'), ('wisc', 'WI'), ('wy', 'WY'), ('wyoming', 'WY'), ('wyo', 'WY'),
    ('as', 'AS'), ('americansamoa', 'AS'), ('amsamoa', 'AS'), ('amersamoa', 'AS'), ('gu', 'GU'), ('guam', 'GU'),
    ('guahan', 'GU'), ('mp', 'MP'), ('northernmarianaislands', 'MP'), ('cnmi', 'MP'), ('northernmarianas', 'MP'),
    ('nmarianaislands', 'MP'), ('nmarianas', 'MP'), ('northernmarianaisl', 'MP'), ('pr', 'PR'), ('puertorico', 'PR'),
    ('prico', 'PR'), ('portorico', 'PR'), ('vi', 'VI'), ('virginislands', 'VI'), ('usvi', 'VI'),
    ('usvirginislands', 'VI'), ('unitedstatesvirginislands', 'VI'), ('virginislandsoftheunitedstates', 'VI'),
    ('virginisl', 'VI'), ('aa', 'AA'), ('armedforcesamericas', 'AA'), ('armedforcesamericasexceptcanada', 'AA'),
    ('ae', 'AE'), ('armedforceseurope', 'AE'), ('armedforcesafrica', 'AE'), ('armedforcesmiddleeast', 'AE'),
    ('armedforcescanada', 'AE'), ('ap', 'AP'), ('armedforcespacific', 'AP'), ('fm', 'FM'),
    ('federatedstatesofmicronesia', 'FM'), ('micronesia', 'FM'), ('mh', 'MH'), ('marshallislands', 'MH'),
    ('rmi', 'MH'), ('pw', 'PW'), ('palau', 'PW'), ('belau', 'PW'), ('ab', 'AB'), ('alberta', 'AB'), ('alta', 'AB'),
    ('alb', 'AB'), ('bc', 'BC'), ('britishcolumbia', 'BC'), ('britcol', 'BC'), ('bcolumbia', 'BC'),
    ('colombiebritannique', 'BC'), ('mb', 'MB'), ('manitoba', 'MB'), ('man', 'MB'), ('manit', 'MB'), ('nb', 'NB'),
    ('newbrunswick', 'NB'), ('nbrunswick', 'NB'), ('newbruns', 'NB'), ('nouveaubrunswick', 'NB'), ('nl', 'NL'),
    ('newfoundlandandlabrador', 'NL'), ('newfoundland', 'NL'), ('labrador', 'NL'), ('nf', 'NL'), ('nfld', 'NL'),
    ('nfldandlab', 'NL'), ('terreneuve', 'NL'), ('terreneuveetlabrador', 'NL'), ('ns', 'NS'), ('novascotia', 'NS'),
    ('novascot', 'NS'), ('nscotia', 'NS'), ('nouvelleecosse', 'NS'), ('nt', 'NT'), ('northwestterritories', 'NT'),
    ('nwt', 'NT'), ('nwterritories', 'NT'), ('northwestterr', 'NT'), ('territoiresdunordouest', 'NT'), ('nu', 'NU'),
    ('nunavut', 'NU'), ('nun', 'NU'), ('on', 'ON'), ('ontario', 'ON'), ('ont', 'ON'), ('pe', 'PE'),
    ('princeedwardisland', 'PE'), ('pei', 'PE'), ('princeedwardisl', 'PE'), ('ileduprinceedouard', 'PE'),
    ('qc', 'QC'), ('quebec', 'QC'), ('pq', 'QC'), ('que', 'QC'), ('qu', 'QC'), ('sk', 'SK'), ('saskatchewan', 'SK'),
    ('sask', 'SK'), ('yt', 'YT'), ('yukon', 'YT'), ('yk', 'YT'), ('yuk', 'YT'), ('yukonterritory', 'YT'),
    ('yukonterr', 'YT'), ('xx', 'XX'), ('outsidetheusandcanada', 'XX'), ('outside', 'XX'), ('outsideus', 'XX'),
    ('outsidetheus', 'XX'), ('outsideusandcanada', 'XX'), ('outsideuscanada', 'XX'), ('international', 'XX'),
    ('outsidetheunitedstates', 'XX'), ('outsidetheunitedstatesandcanada', 'XX'), ('outsideunitedstates', 'XX'),
    ('outsideunitedstatesandcanada', 'XX'), ('foreign', 'XX'), ('abroad', 'XX');

CREATE FUNCTION fold_state(typed text) RETURNS text STABLE SET search_path FROM CURRENT LANGUAGE sql AS $$
    WITH folded AS (
        SELECT regexp_replace(lower(normalize(replace(typed, '&', 'and'), NFKD)), '[^a-z]', '', 'g') AS whole
    ), bare AS (
        SELECT whole, regexp_replace(whole, '^(the)?(state|province|commonwealth|territory)(of|de|du)', '') AS bare
          FROM folded
    ), name AS (
        SELECT whole, bare,
               regexp_replace(bare, '(usa|unitedstates|unitedstatesofamerica|canada|state|province)$', '') AS name
          FROM bare
    )
    SELECT coalesce((SELECT code FROM state_spellings WHERE spelling = whole),
                    (SELECT code FROM state_spellings WHERE spelling = bare),
                    (SELECT code FROM state_spellings WHERE spelling = name AND length(name) > 2))
      FROM name
$$;

CREATE FUNCTION fold_library() RETURNS trigger SET search_path FROM CURRENT LANGUAGE plpgsql AS $$
BEGIN
    NEW.library := jsonb_set(NEW.library, '{state}',
                             to_jsonb(coalesce(fold_state(NEW.library ->> 'state'), NEW.library ->> 'state')));
    RETURN NEW;
END $$;
CREATE TRIGGER registrations_state BEFORE INSERT OR UPDATE OF library ON registrations FOR EACH ROW
    WHEN (NEW.library ->> 'state' <> ALL (ARRAY[
        'AL', 'AK', 'AZ', 'AR', 'CA', 'CO', 'CT', 'DE', 'DC', 'FL', 'GA', 'HI', 'ID', 'IL', 'IN', 'IA', 'KS',
        'KY', 'LA', 'ME', 'MD', 'MA', 'MI', 'MN', 'MS', 'MO', 'MT', 'NE', 'NV', 'NH', 'NJ', 'NM', 'NY', 'NC',
        'ND', 'OH', 'OK', 'OR', 'PA', 'RI', 'SC', 'SD', 'TN', 'TX', 'UT', 'VT', 'VA', 'WA', 'WV', 'WI', 'WY',
        'AS', 'GU', 'MP', 'PR', 'VI', 'AA', 'AE', 'AP', 'FM', 'MH', 'PW', 'AB', 'BC', 'MB', 'NB', 'NL', 'NS',
        'NT', 'NU', 'ON', 'PE', 'QC', 'SK', 'YT', 'XX'
    ]))
    EXECUTE FUNCTION fold_library();

UPDATE registrations
   SET library = jsonb_set(library, '{state}', to_jsonb(fold_state(library ->> 'state')))
 WHERE library ->> 'state' NOT IN (SELECT code FROM state_spellings)
   AND fold_state(library ->> 'state') IS NOT NULL;
UPDATE libraries SET state = fold_state(state)
 WHERE state NOT IN (SELECT code FROM state_spellings) AND fold_state(state) IS NOT NULL;
