"""The words of the demo: invented brands, and street and site names in the languages of its countries.

Every brand here is made up. Should one turn out to be somebody's name, it is a coincidence and
must go.
"""

from typing import NamedTuple


class Brand(NamedTuple):
    """An invented network. ``countries`` empty: everywhere. ``fast`` leans it to fast sites (0 to 1)."""

    name: str
    code: str
    fast: float
    countries: frozenset[str] = frozenset()


def _brand(name: str, code: str, fast: float, countries: str) -> Brand:
    return Brand(name, code, fast, frozenset(countries.split()))


_EUROPE = (
    "NL BE LU DE AT CH LI FR MC GB IE NO SE DK FI IS EE LV LT PL CZ SK HU RO BG GR CY MT HR SI RS BA"
    " ME MK AL MD UA ES AD PT IT"
)

BRANDS: tuple[Brand, ...] = (
    _brand("Fastlane", "FLN", 0.9, _EUROPE + " US CA"),
    _brand("Heronvolt", "HRV", 0.8, _EUROPE),
    _brand("Lanternfish", "LNF", 0.5, ""),
    _brand("Blauwe Bever Laden", "BBL", 0.1, "NL BE"),
    _brand("Kievit Laadt", "KVL", 0.1, "NL"),
    _brand("Kade & Kabel", "KKB", 0.3, "NL BE LU"),
    _brand("Waldkauz Laden", "WKL", 0.3, "DE AT"),
    _brand("Lindenfunke", "LFK", 0.1, "DE AT CH LI"),
    _brand("Murmelstrom", "MMS", 0.4, "AT CH LI IT"),
    _brand("Cigale & Borne", "CGB", 0.2, "FR MC LU"),
    _brand("Hérisson Recharge", "HRS", 0.4, "FR BE CH MA TN MU"),
    _brand("Kettle & Kilowatt", "KTK", 0.4, "GB IE"),
    _brand("Hedgerow Charge", "HDG", 0.1, "GB IE CY MT"),
    _brand("Puffin Plugs", "PFP", 0.6, "GB IE IS"),
    _brand("Lunde Lading", "LDL", 0.6, "NO SE DK IS"),
    _brand("Älgspår", "AGS", 0.3, "SE FI"),
    _brand("Kesäkettu", "KSK", 0.3, "FI EE"),
    _brand("Tangloppe", "TGL", 0.2, "DK NO"),
    _brand("Bocian Punkt", "BCP", 0.3, "PL LT LV UA"),
    _brand("Ježek Nabíjí", "JZK", 0.3, "CZ SK"),
    _brand("Gólyahír Töltő", "GLT", 0.3, "HU RO"),
    _brand("Lasta Punjenje", "LSP", 0.3, "HR SI RS BA ME MK BG AL"),
    _brand("Golondrina Carga", "GLC", 0.3, "ES AD"),
    _brand("Andorinha Carrega", "ADC", 0.3, "PT"),
    _brand("Marmotta Ricarica", "MRM", 0.3, "IT"),
    _brand("Glaros Fortisi", "GLF", 0.3, "GR CY"),
    _brand("Leylek Şarj", "LYL", 0.4, "TR KZ GE"),
    _brand("Snegir Point", "SNG", 0.4, "RU KZ"),
    _brand("Juniper Charge", "JNP", 0.5, "US CA"),
    _brand("Bluejay Plugs", "BJP", 0.2, "US CA"),
    _brand("Prairie Amp", "PRA", 0.3, "US CA"),
    _brand("Copperleaf Charging", "CPL", 0.1, "US"),
    _brand("Maple & Mile", "MPM", 0.5, "CA"),
    _brand("Colibrí Carga", "CLB", 0.4, "MX CR CO EC PE CL AR UY"),
    _brand("Tucano Carrega", "TCN", 0.4, "BR"),
    _brand("Hongque Chongdian", "HQC", 0.6, "CN"),
    _brand("Yunlu Charge", "YLC", 0.4, "CN HK TW"),
    _brand("Qinglian Chongdian", "QLC", 0.3, "CN"),
    _brand("Baihe Zhan", "BHZ", 0.5, "CN"),
    _brand("Hotaru Stand", "HTR", 0.3, "JP"),
    _brand("Tanuki Juden", "TNK", 0.4, "JP"),
    _brand("Kkachi Charge", "KKC", 0.4, "KR"),
    _brand("Dalbit Plug", "DLB", 0.2, "KR"),
    _brand("Bulbul Charge", "BLB", 0.4, "IN LK NP"),
    _brand("Rangkong Plugs", "RKP", 0.4, "SG MY TH ID VN PH"),
    _brand("Kookaburra Charge", "KKA", 0.4, "AU NZ"),
    _brand("Hoopoe Charge", "HPC", 0.4, "IL JO AE SA QA EG"),
    _brand("Weaverbird Charge", "WVB", 0.4, "ZA KE GH NG RW MA TN MU"),
)


class Language(NamedTuple):
    """How streets and sites are called.

        ``street`` has ``{a}`` and ``{b}``; ``line`` has ``{street}`` and ``{n}``. ``places`` are proper
        names for shops, hotels and garages, ``sites`` the templates of their names by kind of site;
    XX
    """

    street: str
    first: tuple[str, ...]
    second: tuple[str, ...]
    line: str
    sides: tuple[str, ...]
    places: tuple[str, ...]
    sites: dict[str, str]


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


def _sites(
    car_park: str, market: str, mall: str, hotel: str, work: str, motorway: str
) -> dict[str, str]:
    return {
        "street": "{line}",
        "car_park": car_park,
        "market": market,
        "mall": mall,
        "hotel": hotel,
        "work": work,
        "hub": "{brand} {city} {side}",
        "motorway": motorway,
    }


LANGUAGES: dict[str, Language] = {
    "nl": Language(
        "{a}{b}",
        _words(
            "Kastanje,Linden,Molen,Kerk,Dorps,School,Stations,Water,Wilgen,Haven,Beuken,Eiken,Singel,"
            "Nieuwe,Oude,Zand,Veld,Tuin,Brug,Markt,Sluis,Weide,Rozen,Merel,Zwaluw,Dijk,Poort,Spoor"
        ),
        _words("straat,laan,weg,kade,plein,dreef,pad,hof,gracht,singel"),
        "{street} {n}",
        _words("Noord,Zuid,Oost,West,Centrum,Poort"),
        _words(
            "De Linde,Het Anker,De Zwaan,De Molenhoek,Stadshaven,Oostwijk,De Gouden Leeuw,De Hoef,"
            "Het Veerhuis,De Kroon,Rietveld,De Brink,Zonnehof,De Waag,Kastanjehof,De Driehoek"
        ),
        _sites(
            "Parkeergarage {place}",
            "Supermarkt {place}",
            "Winkelcentrum {place}",
            "Hotel {place}",
            "Bedrijvenpark {place}",
            "{brand} verzorgingsplaats {city} {side}",
        ),
    ),
    "de": Language(
        "{a}{b}",
        _words(
            "Linden,Bahnhof,Garten,Berg,Wald,Mühlen,Schul,Kirch,Birken,Eichen,Wiesen,Bach,Brunnen,"
            "Markt,Haupt,Ring,Sonnen,Ahorn,Tannen,Rosen,Kastanien,Burg,Feld,Hafen,Ziegel,Amsel"
        ),
        _words("straße,weg,allee,platz,ring,gasse,damm,ufer"),
        "{street} {n}",
        _words("Nord,Süd,Ost,West,Mitte,Zentrum"),
        _words(
            "Goldener Hirsch,Am Stadtpark,Lindenhof,Zur Post,Drei Kronen,Mühlbach,Am Markt,Sonnenhof,"
            "Kastanienhof,Am Tor,Zum Anker,Rosengarten,Alte Ziegelei,Am Wehr,Birkenhain,Waldblick"
        ),
        _sites(
            "Parkhaus {place}",
            "Supermarkt {place}",
            "Einkaufszentrum {place}",
            "Hotel {place}",
            "Gewerbepark {place}",
            "{brand} Rastplatz {city} {side}",
        ),
    ),
    "en": Language(
        "{a} {b}",
        _words(
            "Maple,Oak,Mill,Church,Station,Park,Orchard,River,Elm,Cedar,High,Market,Bridge,Garden,"
            "Willow,Spring,Chestnut,Harbour,Meadow,Hill,Lake,Birch,Quarry,Foundry,Walnut,Juniper"
        ),
        _words("Street,Road,Avenue,Lane,Drive,Way,Close,Court,Place"),
        "{n} {street}",
        _words("North,South,East,West,Central,Gateway"),
        _words(
            "Riverside,The Old Mill,Kingfisher,Oakfield,Harbour Point,Millbrook,The Granary,Foxglove,"
            "Elmwood,Lantern,Northgate,Swallowfield,Brickworks,Copperfield,Meadowbank,Cedar Grove"
        ),
        _sites(
            "{place} Car Park",
            "{place} Market",
            "{place} Shopping Centre",
            "{place} Hotel",
            "{place} Business Park",
            "{brand} {city} Services {side}",
        ),
    ),
    "fr": Language(
        "{b} {a}",
        _words(
            "des Tilleuls,du Moulin,de la Gare,des Écoles,du Marché,de la Fontaine,des Acacias,"
            "du Pont,des Vignes,de la République,du Stade,des Lilas,du Port,de la Forêt,des Jardins,"
            "du Château,des Peupliers,de la Source,du Lavoir,des Cerisiers,de la Poste,du Canal"
        ),
        _words("Rue,Rue,Rue,Avenue,Boulevard,Place,Allée,Chemin,Impasse"),
        "{n} {street}",
        _words("Nord,Sud,Est,Ouest,Centre,Gare"),
        _words(
            "du Moulin,des Halles,Beau Rivage,du Parc,de la Source,Les Tilleuls,du Vieux Port,"
            "Belle Étoile,des Arcades,du Lion d'Or,Les Peupliers,de la Fontaine,Clair Matin,du Canal"
        ),
        _sites(
            "Parking {place}",
            "Supermarché {place}",
            "Centre commercial {place}",
            "Hôtel {place}",
            "Parc d'activités {place}",
            "{brand} Aire de {city} {side}",
        ),
    ),
    "es": Language(
        "{b} {a}",
        _words(
            "de la Fuente,del Molino,de la Estación,de los Olivos,del Mercado,de las Flores,del Puente,"
            "de la Iglesia,del Sol,de los Naranjos,del Río,de la Paz,de las Eras,del Prado,del Puerto,"
            "de los Pinos,de la Luna,del Parque,de la Huerta,de los Almendros"
        ),
        _words("Calle,Calle,Calle,Avenida,Plaza,Paseo,Camino"),
        "{street} {n}",
        _words("Norte,Sur,Este,Oeste,Centro"),
        _words(
            "El Molino,Los Olivos,La Alameda,Buenavista,Plaza Mayor,El Faro,La Fuente,Las Palmeras,"
            "El Mirador,La Ribera,Los Naranjos,El Pinar,La Estrella,Puerta del Sol"
        ),
        _sites(
            "Aparcamiento {place}",
            "Supermercado {place}",
            "Centro comercial {place}",
            "Hotel {place}",
            "Parque empresarial {place}",
            "{brand} Área de {city} {side}",
        ),
    ),
    "pt": Language(
        "{b} {a}",
        _words(
            "das Oliveiras,do Moinho,da Estação,da Fonte,do Mercado,das Flores,da Ponte,da Igreja,"
            "do Sol,dos Pinheiros,do Rio,da Paz,do Castelo,do Jardim,da Praia,das Laranjeiras"
        ),
        _words("Rua,Rua,Rua,Avenida,Largo,Travessa,Praça"),
        "{street} {n}",
        _words("Norte,Sul,Este,Oeste,Centro"),
        _words(
            "Boa Vista,do Moinho,das Oliveiras,Solar,do Parque,Ribeira,Bela Vista,do Farol,da Fonte,"
            "Alameda,do Pinhal,Monte Claro"
        ),
        _sites(
            "Estacionamento {place}",
            "Supermercado {place}",
            "Centro comercial {place}",
            "Hotel {place}",
            "Parque empresarial {place}",
            "{brand} Área de {city} {side}",
        ),
    ),
    "it": Language(
        "{b} {a}",
        _words(
            "dei Tigli,del Mulino,della Stazione,della Fontana,del Mercato,dei Fiori,del Ponte,"
            "della Chiesa,del Sole,degli Ulivi,del Fiume,della Pace,dei Pini,del Porto,dei Giardini,"
            "della Torre,delle Rose,dei Castagni"
        ),
        _words("Via,Via,Via,Viale,Piazza,Corso,Vicolo"),
        "{street} {n}",
        _words("Nord,Sud,Est,Ovest,Centro"),
        _words(
            "Il Mulino,Belvedere,La Fontana,Due Torri,Le Querce,Miramonti,La Rotonda,Il Faro,"
            "Gli Ulivi,La Piazzetta,Bellavista,La Cascina"
        ),
        _sites(
            "Parcheggio {place}",
            "Supermercato {place}",
            "Centro commerciale {place}",
            "Hotel {place}",
            "Parco commerciale {place}",
            "{brand} Area di servizio {city} {side}",
        ),
    ),
    "sv": Language(
        "{a}{b}",
        _words(
            "Björk,Lind,Kyrk,Skol,Stor,Station,Kvarn,Strand,Hamn,Skogs,Ängs,Brunns,Bruks,Park,Tall,"
            "Ek,Sjö,Berg,Trädgårds,Torg"
        ),
        _words("gatan,vägen,stigen,torget,allén,gränd"),
        "{street} {n}",
        _words("Norra,Södra,Östra,Västra,Centrum"),
        _words(
            "Björkbacken,Strandgården,Kvarnen,Solhem,Stora Torget,Ekbacken,Hamnen,Bruket,Lövängen,"
            "Tallkronan"
        ),
        _sites(
            "P-hus {place}",
            "Matbutik {place}",
            "Köpcentrum {place}",
            "Hotell {place}",
            "Företagspark {place}",
            "{brand} rastplats {city} {side}",
        ),
    ),
    "no": Language(
        "{a}{b}",
        _words(
            "Bjørke,Kirke,Skole,Stor,Stasjons,Mølle,Strand,Havne,Skog,Eng,Fjell,Elve,Park,Furu,Gran,"
            "Sjø,Berg,Hage,Torg,Fjord"
        ),
        _words("gata,veien,stien,torget,bakken"),
        "{street} {n}",
        _words("Nord,Sør,Øst,Vest,Sentrum"),
        _words(
            "Bjørkelia,Fjordgløtt,Strandheim,Mølla,Solbakken,Torget,Brygga,Granlia,Elvebredden,Skogly"
        ),
        _sites(
            "P-hus {place}",
            "Dagligvare {place}",
            "Kjøpesenter {place}",
            "Hotell {place}",
            "Næringspark {place}",
            "{brand} rasteplass {city} {side}",
        ),
    ),
    "da": Language(
        "{a}{b}",
        _words(
            "Birke,Kirke,Skole,Stor,Stations,Mølle,Strand,Havne,Skov,Eng,Bøge,Å,Park,Linde,Rosen,Sø,"
            "Bakke,Have,Torve,Kastanje"
        ),
        _words("gade,vej,stien,torvet,allé"),
        "{street} {n}",
        _words("Nord,Syd,Øst,Vest,Centrum"),
        _words(
            "Bøgelund,Strandgården,Møllen,Solbakken,Torvet,Havnen,Lindely,Engdraget,Kastanjen,Søkilde"
        ),
        _sites(
            "P-hus {place}",
            "Købmand {place}",
            "Butikscenter {place}",
            "Hotel {place}",
            "Erhvervspark {place}",
            "{brand} rasteplads {city} {side}",
        ),
    ),
    "fi": Language(
        "{a}{b}",
        _words(
            "Koivu,Kirkko,Koulu,Asema,Mylly,Ranta,Satama,Metsä,Niitty,Puisto,Mänty,Kuusi,Järvi,Mäki,"
            "Puutarha,Tori,Vaahtera,Lehmus"
        ),
        _words("katu,tie,polku,kuja,aukio"),
        "{street} {n}",
        _words("Pohjoinen,Etelä,Itä,Länsi,Keskusta"),
        _words("Koivula,Rantapiha,Mylly,Aurinkolahti,Tori,Satama,Honkapuisto,Lehtola,Järvenranta"),
        _sites(
            "Pysäköintitalo {place}",
            "Kauppa {place}",
            "Kauppakeskus {place}",
            "Hotelli {place}",
            "Yrityspuisto {place}",
            "{brand} levähdysalue {city} {side}",
        ),
    ),
    "pl": Language(
        "ul. {a}",
        _words(
            "Lipowa,Młyńska,Dworcowa,Szkolna,Kościelna,Ogrodowa,Leśna,Polna,Słoneczna,Kwiatowa,"
            "Brzozowa,Parkowa,Rynek,Portowa,Źródlana,Kasztanowa,Łąkowa,Mostowa,Klonowa,Zielona"
        ),
        _words("-"),
        "{street} {n}",
        _words("Północ,Południe,Wschód,Zachód,Centrum"),
        _words("Pod Lipą,Stary Młyn,Zielony Park,Rynek,Nad Rzeką,Słoneczna,Brzozy,Dwór,Kasztan"),
        _sites(
            "Parking {place}",
            "Market {place}",
            "Galeria {place}",
            "Hotel {place}",
            "Park biznesu {place}",
            "{brand} MOP {city} {side}",
        ),
    ),
    "cs": Language(
        "{a}",
        _words(
            "Lipová,Mlýnská,Nádražní,Školní,Kostelní,Zahradní,Lesní,Polní,Slunečná,Květinová,Březová,"
            "Parková,Na Náměstí,Přístavní,U Pramene,Kaštanová,Luční,Mostní,Javorová,Zelená"
        ),
        _words("-"),
        "{street} {n}",
        _words("Sever,Jih,Východ,Západ,Střed"),
        _words("U Lípy,Starý mlýn,Zelený park,Náměstí,Nad Řekou,Slunce,Břízy,Dvůr,Kaštan"),
        _sites(
            "Parkoviště {place}",
            "Potraviny {place}",
            "Obchodní centrum {place}",
            "Hotel {place}",
            "Technologický park {place}",
            "{brand} odpočívka {city} {side}",
        ),
    ),
    "hu": Language(
        "{a} {b}",
        _words(
            "Hársfa,Malom,Állomás,Iskola,Templom,Kert,Erdő,Mező,Nap,Virág,Nyírfa,Park,Piac,Kikötő,"
            "Forrás,Gesztenye,Rét,Híd,Juhar,Zöld"
        ),
        _words("utca,utca,út,tér,köz,sétány"),
        "{street} {n}.",
        _words("Észak,Dél,Kelet,Nyugat,Központ"),
        _words("Hársfa,Régi Malom,Zöld Park,Piactér,Folyópart,Napsugár,Nyírfás,Udvar,Gesztenye"),
        _sites(
            "Parkolóház {place}",
            "Élelmiszer {place}",
            "Bevásárlóközpont {place}",
            "Hotel {place}",
            "Ipari park {place}",
            "{brand} pihenőhely {city} {side}",
        ),
    ),
    "hr": Language(
        "{a} ulica",
        _words(
            "Lipova,Mlinska,Kolodvorska,Školska,Crkvena,Vrtna,Šumska,Poljska,Sunčana,Cvjetna,Brezova,"
            "Parkovna,Tržna,Lučka,Izvorska,Kestenova,Livadska,Mostna,Javorova,Zelena"
        ),
        _words("-"),
        "{street} {n}",
        _words("Sjever,Jug,Istok,Zapad,Centar"),
        _words("Lipa,Stari mlin,Zeleni park,Trg,Uz rijeku,Sunce,Breza,Dvor,Kesten"),
        _sites(
            "Garaža {place}",
            "Market {place}",
            "Trgovački centar {place}",
            "Hotel {place}",
            "Poslovni park {place}",
            "{brand} odmorište {city} {side}",
        ),
    ),
    "tr": Language(
        "{a} {b}",
        _words(
            "Çınar,Değirmen,İstasyon,Okul,Bahçe,Orman,Güneş,Çiçek,Park,Liman,Pınar,Kestane,Köprü,Yeşil,"
            "Gül,Akasya,Zeytin,Deniz"
        ),
        _words("Caddesi,Sokak,Bulvarı,Sokak"),
        "{street} No: {n}",
        _words("Kuzey,Güney,Doğu,Batı,Merkez"),
        _words("Çınaraltı,Değirmen,Yeşil Vadi,Güneş,Pınarbaşı,Zeytinlik,Sahil,Kestanelik"),
        _sites(
            "{place} Otoparkı",
            "{place} Market",
            "{place} AVM",
            "{place} Oteli",
            "{place} İş Merkezi",
            "{brand} {city} {side} Dinlenme Tesisi",
        ),
    ),
    "zh": Language(
        "{a} {b}",
        _words(
            "Qinghe,Hongmei,Yulan,Hubin,Chaoyang,Dongfeng,Xinhua,Guihua,Baiyun,Jinshan,Cuizhu,Nanhu,"
            "Beihai,Tianhe,Heping,Wutong,Songbai,Meihua,Longtan,Zhongxing"
        ),
        _words("Lu,Lu,Jie,Dadao,Xiang"),
        "{n} {street}",
        _words("Bei,Nan,Dong,Xi,Zhongxin"),
        _words(
            "Yulan,Hubin,Cuizhu,Baiyun,Jinshan,Wutong,Guihua,Nanhu,Songbai,Meihua,Longtan,Qinghe"
        ),
        _sites(
            "{place} Tingchechang",
            "{place} Chaoshi",
            "{place} Guangchang",
            "{place} Jiudian",
            "{place} Keji Yuan",
            "{brand} {city} {side} Fuwuqu",
        ),
    ),
    "ja": Language(
        "{a}-{b}",
        _words(
            "Sakura,Midori,Kawabata,Ekimae,Matsu,Yamate,Hanazono,Minato,Izumi,Asahi,Kita,Minami,Nishi,"
            "Higashi,Aoba,Wakaba,Hikari,Momiji"
        ),
        _words("machi,dori,cho,dai"),
        "{n} {street}",
        _words("Kita,Minami,Higashi,Nishi,Chuo"),
        _words("Sakura,Midori,Aoba,Hikari,Momiji,Minato,Izumi,Wakaba,Kawabata,Asahi"),
        _sites(
            "{place} Chushajo",
            "{place} Mart",
            "{place} Mall",
            "Hotel {place}",
            "{place} Business Park",
            "{brand} {city} {side} Service Area",
        ),
    ),
    "ko": Language(
        "{a}-{b}",
        _words(
            "Beotkkot,Hangang,Sinsa,Yeokjeon,Sollim,Haneul,Baram,Mulbit,Saebyeok,Dalmaji,Cheongsol,"
            "Eunhaeng,Jangmi,Hosu,Gangbyeon"
        ),
        _words("ro,gil,daero"),
        "{n} {street}",
        _words("Buk,Nam,Dong,Seo,Jungang"),
        _words("Haneul,Hosu,Eunhaeng,Dalmaji,Cheongsol,Saebyeok,Mulbit,Jangmi,Gangbyeon"),
        _sites(
            "{place} Juchajang",
            "{place} Mart",
            "{place} Mall",
            "{place} Hotel",
            "{place} Techno Park",
            "{brand} {city} {side} Hyugeso",
        ),
    ),
}

POSTCODES: dict[str, str] = {
    "NL": "#### @@", "BE": "####", "LU": "####", "DE": "#####", "AT": "####", "CH": "####",
    "FR": "#####", "MC": "#####", "GB": "@@# #@@", "IE": "@## @#@#", "NO": "####", "SE": "### ##",
    "DK": "####", "FI": "#####", "IS": "###", "EE": "#####", "LV": "####", "LT": "#####",
    "PL": "##-###", "CZ": "### ##", "SK": "### ##", "HU": "####", "RO": "######", "BG": "####",
    "GR": "### ##", "HR": "#####", "SI": "####", "RS": "#####", "UA": "#####", "ES": "#####",
    "PT": "####-###", "IT": "#####", "TR": "#####", "RU": "######", "US": "#####", "CA": "@#@ #@#",
    "MX": "#####", "CN": "######", "JP": "###-####", "KR": "#####", "TW": "###", "SG": "######",
    "MY": "#####", "TH": "#####", "ID": "#####", "VN": "######", "IN": "######", "AU": "####",
    "NZ": "####", "IL": "#######", "ZA": "####", "BR": "#####-###", "AR": "####",
}  # fmt: skip
"""Shapes of postcodes (# a digit, @ a letter); countries that are missing here get none."""
