"""Questions that cannot be searched for: without words, or in a language other than English.

A different script is evidence enough. A language in Latin script is recognised by its function
words, the closed classes that every sentence needs (stop-word evidence: Grefenstette, "Comparing
two language identification schemes", 1995). Language detectors made for longer texts mistake one
English keyword query in a hundred for another language; here a refusal must be certain, so one
English function word clears a question, and words that are also names or English words ("die",
"van", "como") count only alongside others.

Of 210 questions in other languages, these lists detect 185; py3langid detects 190 but has false
alarms and takes 81 MB, lingua detects 144 and takes 334 MB.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from askvisit.text import LETTERS

NO_WORDS = "That contains no words to search for. Ask a question about the articles, in English."
NOT_ENGLISH = "I only understand English. Please ask in English."

_WORD = re.compile(LETTERS)

# Only those that no other language here has, unlike "in", "is", "was" and "of".
_ENGLISH = frozenset(
    "the what when where who whom whose why how which this that these those there does did doing "
    "done are were been being has having can could would should shall may might must and or but if "
    "because about from with without into by than then his him she they their them your you it its "
    "my our us be not for tell show give say says said please many much whats wheres whos hows isn "
    "doesn didn wasn don aren near after before between during against through since until among "
    "while although any some another other only ever never now up out off down again both each "
    "every few very own anyone someone nobody everyone anything something nothing "
    "everything".split()
)

# Words of other languages that are common in English too: beside one foreign word, which may belong
# to a name or a title, they prove nothing ("Was Sturm und Drang a movement?").
_ENGLISH_TOO = frozenset("ai con dem die door era ha ma men was".split())


@dataclass(frozen=True)
class FunctionWords:
    """Function words of a language, including spellings without accents.

    `asking`: words that open a question. `sure`: neither English words nor parts of names common
    in English texts (includes `asking`). `unsure`: the others.
    """

    asking: frozenset[str]
    sure: frozenset[str]
    unsure: frozenset[str]


def _words(asking: str, sure: str, unsure: str) -> FunctionWords:
    opening = frozenset(asking.split())
    return FunctionWords(opening, opening | frozenset(sure.split()), frozenset(unsure.split()))


_LANGUAGES = (
    _words(  # Spanish
        "qué quién quiénes cuándo cuánto cuánta cuántos cuántas dónde cuáles cómo cuantos cuantas",
        "él ellos ellas nosotros usted ustedes fue fueron está están estaba tiene tienen había "
        "también según porque aunque pero muy más después dijo puedes hizo algún cuál artículo "
        "resumen estan tambien segun despues cuéntame cuentame háblame explícame muéstrame opina "
        "piensa pasó quien quienes cuales",
        "el la las los un una unos unas de del en al y o por para con que su sus se lo le les es "
        "ha han si mi tu como cuando donde cual sobre ser esto esta desde hasta ella durante dime",
    ),
    _words(  # French
        "où pourquoi combien quels quelles quoi quand quel quelle",
        "était étaient sont été avec dans leur leurs nous vous mais donc très après depuis parce "
        "cette avait avaient peux êtes suis ceci cela ça résumé etait etaient raconte explique "
        "montre pense",
        "le la les l un une des de du en au aux à et est ce se sa ses qu que qui n ne par pour il "
        "ils elle elles c j je y si mon moi toi es tu dit dis fait parle sur résume ces cet ont",
    ),
    _words(  # German
        "wann warum wieso weshalb wohin woher wieviel wieviele welche welcher welches welchen "
        "worum womit wofür wovon wem",
        "wird wurde wurden werden hatte hatten nicht auch noch eine einen einem einer eines keine "
        "und aber wenn daß für gegen zwischen während durch sich wir ich bist dich größte größten "
        "größter meisten können soll gibt etwas zusammenfassung wer erzähl erzähle erkläre zeig "
        "nenne fasse meint denkt hält",
        "der die das den dem des ein im auf aus bei mit von zu um als wie was wo er es sie ihr du "
        "hat ist da vor bis oder sein seine ihre mir dir kann muss sag über kein artikel nach vom "
        "zum zur beim weil sind waren haben lange mich",
    ),
    _words(  # Italian
        "perché perche quanti quante",
        "è sono erano stato stata stati aveva avevano dello degli dalle nelle nello negli sulle "
        "sugli agli anche ancora dopo però perciò questo questa questi queste quello dimmi puoi "
        "articolo riassumi riassunto parlami raccontami spiegami mostrami pensa parla quanto "
        "quale quali quando",
        "il lo la le gli un uno una di da con su per tra fra e o ed che chi cosa non si ci ne se "
        "ha era dove del della delle dei dal nel sul ai al alla alle mi ti l lui lei noi voi sei "
        "prima durante più molto dice sulla nella dalla loro hanno quanta",
    ),
    _words(  # Portuguese
        "quantos quantas quais",
        "foi foram está estão estava não também muito até depois porquê porque você vocês eles "
        "nós isto isso esse pelos pelas têm tinha ainda diz disse diga artigo resuma resumo estao "
        "explique mostre pensa nao tambem voce quem quando onde quanto qual",
        "o os um uma uns umas de da dos das na nos nas ao aos à às por para pelo pela que e é são "
        "ou se eu como sem ha em com tem sobre mais mas desde durante ele ela esta seu sua fala "
        "fale quanta essa",
    ),
    _words(  # Dutch
        "wanneer waarom waarover waarmee waarvoor hoeveel welke wiens",
        "zijn werd werden wordt heeft hebben niet ook nog een het naar voor tegen tussen tijdens "
        "zich wij jij jullie hij mij deze omdat kunnen zal zullen moet grootste meeste meest geen "
        "elkaar vertel vindt denkt samenvatting",
        "de en van op te wil na toe er om door dit maar als kan waar hoe wie wat ik dan samen "
        "artikel zij steeds staat lang aan bij uit worden",
    ),
    _words(  # Swedish, Danish, Norwegian
        "varför vem vilken vilket vilka när hvorfor hvem hvornår hvilken hvilket hvilke hvor "
        "hvad hvordan varfor",
        "är och inte också från för mellan efter över honom henne ett där här denna hade blev "
        "blir skulle ikke mellem etter jeg artikeln artikkelen artiklen sammanfatta fortfarande "
        "berätta vad hva förklara tycker många länge største största",
        "var en i de den det med men han hun hon på så sa et er vi har kan du oss om av af som "
        "mot dem til fra hur står att ska till jag mange detta",
    ),
    _words(  # Polish
        "kiedy kto gdzie dlaczego który która które czy czemu kogo komu jaki jakie",
        "jest są był była było byli były nie też także się oraz przez przed dla że już jeszcze "
        "tylko bardzo więcej najbardziej tej tego jego mnie mną artykuł artykule artykułu streść "
        "powiedz jesteś roku streszczenie opowiedz wyjaśnij pokaż pisze mówi myśli długo wiele "
        "największy",
        "w z na o ma za po od nad te tym co mi jej ona oni ile jak czym ze nadal jaka",
    ),
    _words(  # Turkish
        "nerede neden niçin nasıl hangi kaç",
        "için şu değil yok olarak kadar önce hakkında makale makaleyi nedir kimdir nereye oldu "
        "etti gibi çok",
        "bir bu da de ne en mı mi mu mü var daha olan sonra zaman kim ve ile",
    ),
    _words(  # Indonesian
        "siapa kapan mengapa kenapa bagaimana berapa dimana",
        "dengan untuk adalah tidak bukan telah sudah oleh dalam juga atau tentang setelah sebelum "
        "mereka",
        "di apa dan dari pada ini itu ada akan dia ke mana artikel yang antara",
    ),
    _words(  # Vietnamese
        "",
        "là của và ở đâu không những các một được với này đó tại nhiêu lớn nhất gì nào",
        "ai khi cho bao sao",
    ),
)


def why_unreadable(question: str) -> str | None:
    """Return the response to a question that cannot be searched for; None if it can be.

    Such a question has no words (punctuation, emoji), or is in another language.
    """
    letters = [c for c in question if c.isalpha()]
    if not letters:
        digits = any(c.isdigit() for c in question)
        return None if digits else NO_WORDS
    latin = sum(unicodedata.name(c, "").startswith(("LATIN", "FULLWIDTH LATIN")) for c in letters)
    return NOT_ENGLISH if 2 * latin < len(letters) or is_foreign(question) else None


def is_foreign(question: str) -> bool:
    """Return whether function words indicate another language in Latin script, and none English."""
    text = unicodedata.normalize("NFC", question)
    words = [word.lower() for word in _WORD.findall(text)]
    if not words or any(word in _ENGLISH for word in words):
        return False
    asks = text.rstrip().endswith("?")
    return "¿" in text or any(_speaks(words, asks, known) for known in _LANGUAGES)


def _speaks(words: list[str], asks: bool, known: FunctionWords) -> bool:
    sure = {word for word in words if word in known.sure}
    unsure = {word for word in words if word in known.unsure}
    # "Was wird …" is German, "Was Sturm und Drang …" English.
    proven = any(
        word in unsure and (word not in _ENGLISH_TOO or following in sure)
        for word, following in pairwise([*words, ""])
    )
    if len(sure) >= 2 or (sure and proven) or (words[0] in known.asking and len(words) > 2):
        return True
    return len(unsure) >= (3 if asks else 4) and 5 * len(unsure) >= 2 * len(words)
