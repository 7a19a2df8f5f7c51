// Words that say nothing by themselves about what a rule looks for: grammar, who does something, with what, and how it is put.

const GRAMMAR = `a an the this that these those there here it its they them their theirs he she his her we our ours us you your
yours i me my one ones some any all each every both either neither such same other others another
and or nor but if then else so as at by for from in into of off on onto out over to toward towards under up upon via with within
without about above across after against along among around before behind below between beyond during inside outside through
throughout until while
is are was were be been being am do does did done doing has have had having will would shall should must may might can could ought
need needs needed let lets please
not no never none only also too even just still always ever again whether which who whom whose what when where why how than more
most much many less least few several own very really quite strictly absolutely ausnahmslos selbst selber
whatsoever whatever anywhere everywhere somewhere
ever explicitly simply directly indirectly accidentally
intentionally
der die das den dem des ein eine einen einem einer eines und oder sowie aber auch noch nur wie als wenn dass daß ob zu zum zur im
in ins an am ans auf aus bei beim bis durch für gegen mit nach ohne seit über um unter von vom vor während wegen zwischen
ist sind war waren sein wird werden wurde wurden worden hat haben hatte soll sollen sollte sollten muss müssen muß darf dürfen
kann können könnte mag will wollen es er sie wir ihr ihre ihren ihrem ihrer ihres unser unsere unseren unserem unserer sein seine
dein deine euer eure man sich dich mich uns euch alle allen aller alles jede jeder jedes jeden jegliche jeglicher irgendwelche
solche diese dieser dieses diesen diesem jene bitte immer stets auf keinen fall jemals hier dort dabei davon daran darin weder
le la les l un une des du de d et ou ni mais que qui quoi dont où ce cet cette ces c s se sa son ses leur leurs notre nos votre
vos mon ma mes ton ta tes il elle ils elles on nous vous je tu à au aux en dans par pour sur sous avec sans chez vers entre est
sont être été sera seront doit doivent devez ne pas jamais aucun aucune peut peuvent pouvez avoir a ont avez y si tout toute tous
toutes s'il plaît faut rester restent besonders insbesondere somebody somebody's following folgende folgenden folgendes suivant
suivants suivantes jemand niemand jemandem irgendwo nirgends strengstens streng strikt strikte strictement umständen fall fälle
circumstance circumstances`;

/** What is done with data. */
export const ACTIONS = `share shares shared sharing send sends sent sending paste pastes pasted pasting post posts posted posting leak
leaks leaked leaking leakage expose exposes exposed exposing exposure disclose discloses disclosed disclosing disclosure reveal
reveals revealed revealing give gives given giving provide provides provided providing
contain contains contained containing include includes included including hold holds enter enters entered entering submit submits
submitted upload uploads uploaded transmit transmits transmitted transfer transferred pass passed forward forwarded copy copied
leave leaves leaving left appear appears output outputs print printed write writes written writing show shows shown display
displayed return returned repeat repeated mention mentions mentioned mentioning talk talking discuss discussed discussing
discussion name named refer referring reference references ask asks asked asking answer answers answered answering respond
responds tell tells told say says said speak use uses used using process processed processing store stored storing log logged
logging embed embedded put get make made making keep keeps kept stay stays remain remains treat treated look looks find found
allow allowed handle handled accept accepted generate generated create created receive received quote quoted compare compared
comparing promise offer offered help helps helping request requests requested requesting access accessed
recommend recommends recommended recommending suggest suggests suggested explain explains explaining endorse endorses assist assists
try tries trying versuch versuche versuchen attempt attempts attempting want wants see seen sees go goes occur occurs apply
applies concern concerns exist come comes
reach reaches reached able extract extracted hand handed confirm confirms
alert alerted warn warns warned detect detects detected report reported notify notified watch guard protect protects protected
safeguard think belong belongs present end ends network
weiter ab gehören gehört preis gib gebt erteile erteilt nenne nennt teile zeige verrate teilen geteilt teilt weitergeben
weitergegeben weitergeleitet weiterleiten senden gesendet schicken geschickt übermitteln übermittelt verschicken einfügen
eingefügt eingeben eingegeben enthalten enthält preisgeben preisgegeben offenlegen offengelegt verraten nennen genannt erwähnen
erwähnt zeigen gezeigt ausgeben ausgegeben verlassen gelangen hochladen hochgeladen verwenden verwendet nutzen genutzt speichern
gespeichert verarbeiten verarbeitet geben gegeben gibt sprechen schreiben geschrieben anfragen erscheinen vorkommen bleiben bleibt
behandeln behandelt herausgeben herausgegeben kopieren kopiert veröffentlichen veröffentlicht wiederholen wiedergeben erteilen
erteilt fragen antworten beantworten stehen machen heraus hin hinaus herein nein zugriff zugriffe aussieht fallen fällt voir
demandez demander demandé
weitergabe nennung offenlegung preisgabe auftauchen halten melde melden meldet gemeldet erkenne erkennen erkannt
warne warnen schütze schützen posten poste gepostet hochzuladen auslesen ausliest ausgelesen weiterzugeben
partager partagez partagé partagés partagées partage envoyer envoyez envoyé envoyés envoyées transmettre transmis transmises
divulguer divulguez divulgué divulgués divulguées révéler révélez révélé révélés révélées donner donnez donné communiquer
communiquez communiqué communiqués communiquées contenir contient contiennent inclure inclus coller collez mentionner mentionnez
mentionné afficher affiché exposer exposé quitter sortir fournir fournissez copier répéter publier publiez parler figurer
apparaître`;

const SCENE = `sure related produce produces produced concrete specific particular usually generally normally typically often
sometimes mostly possible appropriate
necessary ideally preferably normalerweise meistens meist üblicherweise grundsätzlich häufig oft manchmal möglichst instruction
definition violates subject general nothing belongs about regel gilt verstößt erlaubt beispiele beispiel allgemeine allgemein
thema werkzeugen werkzeug text texts message messages prompt prompts request requests response responses answer answers reply
replies output outputs input inputs content contents conversation conversations chat chats question questions query queries file
files document documents attachment attachments log logs code source configuration config configurations snippet snippets payload
payloads email body line lines field fields traffic call calls tool tools word words term terms begriff begriffe phrase phrases
expression expressions
language name names number numbers id ids kind kinds type types form forms piece pieces list part parts example examples value
values item items string strings detail details data information info thing things anything something everything nothing matter
way order case cases purpose instance instances
model models llm llms ai assistant assistants bot chatbot agent agents gateway provider providers system systems service services
user users customer customers client clients employee employees staff person people persons individual individuals patient
patients member members someone anyone anybody everybody nobody company organisation organization business team teams department
third party parties partner partners vendor vendors outsider outsiders public internet world outside cloud personal private
internal external corporate own real actual valid full complete raw plain clear plaintext cleartext unencrypted unmasked live
production customer's clients' user's sensitive secret confidential restricted classified proprietary strictly unauthorized
unauthorised rule rules policy policies violation violations
gdpr dsgvo rgpd ccpa
allowed forbidden prohibited prohibit block blocked reject rejected remove removed redact
texte textes texten nachricht nachrichten anfrage anfragen antwort antworten eingabe eingaben ausgabe ausgaben inhalt inhalte
prompts datei dateien dokument dokumente dokumenten protokoll protokolle zeichen modell modelle modellen ki assistent assistenten
anbieter system systeme systemen dienst dienste nutzer benutzer kunde kunden kundinnen mitarbeiter mitarbeiterinnen mitarbeitende
mitarbeitenden mitarbeitern privatpersonen privatperson person personen patient patienten firma unternehmen unternehmens
organisation team dritte dritten dritter
öffentlichkeit außen extern externe externen intern interne internen interner privat private privaten vertraulich vertraulichen
geheim nummern nummer daten angaben informationen art arten form wort wörter name namen regel regeln sprache code quellcode
konfiguration chat chats gespräch gespräche
texte textes message messages requête requêtes réponse réponses contenu contenus invite invites fichier fichiers document
documents modèle modèles ia assistant fournisseur système systèmes client clients clientes utilisateur utilisateurs employé
employés salarié salariés personne personnes patient patients entreprise société équipe tiers public extérieur externe externes
interne internes privé privés privée privées confidentiel numéro numéros données donnée information informations type types nom
noms règle règles mot mots langage code conversation conversations`;

const NAMES = `project projects product products codename codenames code-name brand brands competitor competitors company
companies projekt projekts projekte projektname projektnamen codename produkt produkte wettbewerber wettbewerbern konkurrent
konkurrenten marke produktnamens projet projets produit produits concurrent concurrents marque employee
ticket order badge`;

/** In lower case. */
export const NEUTRAL_WORDS: ReadonlySet<string> = new Set(`${GRAMMAR} ${ACTIONS} ${SCENE} ${NAMES}`.split(/\s+/));
