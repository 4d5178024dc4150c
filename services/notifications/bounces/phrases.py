"""What mail servers say in words, where their codes do not tell or tell too little: one table, read from above.

A line is a regular expression over the words of a reply in small letters, without punctuation, addresses, host names
and whatever holds a digit (see `services.notifications.bounces.verdicts`), so that no IP address, queue id or
recipient is taken for one. `…` stands for up to four words, `~` for up to five that only link, USER for what people's
mailboxes are called, US for what we are called.
"""

import re
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["hard", "soft", "policy", "unknown"]

USER = (
    r"(?:users?|mail ?box(?:es)?|recipients?|accounts?|(?:e ?mail )?address(?:es)?|addressee|alias|usernames?|inbox"
    r"|login|local ?part|person|employee|customer|member)"
)
US = (
    r"(?:(?:your|the|this|sending|sender|senders|client|connecting|source|remote|originating)"
    r" (?:ip|ips|host|hostname|server|mta|network|subnet|range|domain|system|address|client|connection))"
)
LINKS = (
    r"(?: (?:is|was|are|has|have|had|been|be|or|and|the|an?|this|that|it|you|in|on|to|name|address|account|entered"
    r"|given|specified|does|do|did|could|can|currently|our|your|here))"
)


@dataclass(frozen=True)
class Phrase:
    """`strong`: what it says outweighs the code beside it. `code`: it means this beside that code alone, by its last
    two numbers (`4.1`). `of_us`: it may as well be said of us, so it needs a code of addressing or routing (1.x, 4.x,
    0.x), or a report without a server's reply.
    """

    verdict: Verdict
    pattern: re.Pattern[str]
    strong: bool = False
    code: str | None = None
    of_us: bool = False


def _table(
    verdict: Verdict, lines: str, *, strong: bool = False, code: str | None = None, of_us: bool = False
) -> list[Phrase]:
    return [
        Phrase(verdict, re.compile(rf"\b(?:{_expanded(line.strip())})\b"), strong, code, of_us)
        for line in lines.splitlines()
        if line.strip()
    ]


def _expanded(line: str) -> str:
    shortened = line.replace(" … ", r"(?: [a-z]+){0,4} ").replace(" ~ ", LINKS + "{0,5} ")
    return shortened.replace("USER", USER).replace("US", US)


RELAYING = r"""
    relay(?:ing)?(?: (?:access|is|mail|to|attempt))* (?:denied|not (?:allowed|permitted)|prohibited|refused|restricted)
    (?:unable|not (?:allowed|permitted|authori[sz]ed)|refuse|can ?not|wont|do ?not|does not|no)(?: to)? relay(?:ing)?
    in my list of allowed rcpt ?hosts
    open relay
"""
GREETING = r"""
    (?:helo|ehlo) … (?:rejected|required|invalid|refused|denied|mismatch|failed|unresolvable)
    (?:invalid|bad|bogus|forged|spoofed|malformed|fix your|wrong|valid) … (?:helo|ehlo)
    fully qualified hostname
    protocol (?:error|violation|synchroni[sz]ation)
    synchroni[sz]ation error
    improper command pipelining
"""
SENDER = r"""
    (?:senders?|from|return path)(?: (?:address|domain|e ?mail))? … (?:rejected|refused|denied)
    (?:sender|envelope from|return path|mail from) … (?:blocked|banned)
    (?:sender|envelope from|return path|mail from) … (?:not|isnt) (?:owned|allowed|accepted)
    (?:sender|from|return path)(?: (?:address|domain))? … (?:not (?:found|exist|verified|resolve)|unresolvable|invalid)
    (?:sender|from) (?:address|domain) … (?:not (?:owned|allowed|valid|authori[sz]ed|permitted)|verif\w+)
    (?:domain|address) of (?:the )?sender … (?:not|invalid|resolve)
    sender (?:verify|verification|callout) fail\w*
    (?:invalid|bad|unknown|unverified|unauthori[sz]ed|forged|unroutable|unrouteable|rejected) (?:envelope )?sender
    (?:could ?nt|could not|can ?not|unable to) verify (?:the )?sender
    (?:not|isnt) (?:authori[sz]ed|allowed|permitted) to send
    \w*sendasdenied\w*
    not owned by user
    e ?mail address is not verified
    identit(?:y|ies) failed the check
    unauthenticated (?:e ?mail|mail|message|sender)
    (?:not accept\w*|refus\w+|block\w*|reject\w*|den(?:y|ied)) … (?:mails?|e ?mails?|messages?|connections?) from
"""
LOGIN = r"""
    auth(?:entication|ori[sz]ation)? … (?:required|needed|failed|unsuccessful|mandatory)
    (?:requires?|must|need|needs|please)(?: use)?(?: smtp)? auth(?:entication|enticate|ori[sz]ation)?
    (?:not|be|never) (?:authenticated|logged in)
    (?:must|please|need to) (?:log ?in|issue … starttls|use (?:tls|ssl|starttls|encryption))
    (?:starttls|tls|ssl|encryption|encrypted connection)(?: \w+){0,2} (?:required|needed|mandatory|first)
    requires?(?: \w+){0,2} (?:tls|ssl|encryption|starttls)
"""
BLOCKED = r"""
    US … (?:blocked|rejected|denied|refused|banned|prohibited|not (?:allowed|permitted|authori[sz]ed|welcome))
    US … (?:listed|(?:bad|poor|low) reputation|suspended)
    (?:client|sending) … (?:blocked|rejected|denied|refused|banned)
    ip(?: address)? … (?:blocked|listed|banned|rejected|refused|denied|reputation)
    (?:block|black|deny|reject)[ -]?list(?:ed|ing|s)?
    blocked (?:using|by|via|due to|because|in|at|mail|message|e ?mail)
    (?:dns|r|dnsr|ur|su)bls?
    spamhaus|spamcop|barracudacentral|sorbs|senderscore|cloudmark
    (?<!not )listed (?:in|on|by|at)
    reputation
    (?:reverse|forward confirmed)(?: \w+)? (?:dns|lookup|address|host ?name|name|mapping|record)
    (?:cannot|can not|could not|unable to|failed to) (?:find|resolve|verify|lookup) (?:your|the client)
    (?:ptr|rdns|fcrdns)
    (?:your|sending)(?: e ?mail| mail)? (?:domain|host|hostname|server) … (?:unknown|(?:not|\w+nt) (?:exist|found))
    (?:domain|host|hostname) (?:you|this) … from … (?:not|\w+nt) (?:exist|found)
    (?:dynamic|residential|dial ?up|consumer|generic) (?:ip|address|host|pool|ptr|range|connection)
"""
SIGNED = r"""
    (?:spf|dkim|dmarc|arc|sender ?id|sender policy framework) … (?:fail\w*|reject\w*|denied|invalid|required|none)
    (?:spf|dkim|dmarc|sender policy framework) … (?:policy|check|align\w*|pass|violation|(?:un|not )authori[sz]ed)
    (?:fail\w*|violat\w*|not|did ?nt|due to|because of|pass|no|missing|valid|by|per) … (?:spf|dkim|dmarc)
"""
RATES = r"""
    too many (?!messages in|hops)\w+
    too much (?:mail|spam|traffic)
    rate ?limit\w*
    (?:sending|hourly|daily|connection|outbound|outgoing|submission|message)(?: \w+)? (?:limit|quota|rate)
    (?:limit|quota|rate) … (?:messages?|mails?|e ?mails?|recipients?|connections?) per \w+
    throttl\w+
    (?:unusual|unexpected|excessive|high) (?:rate|volume|number|amount)
    deferred due to … (?:complaints|volume)
    (?:your|this|the sending) account … (?:suspended|blocked|limited|from sending)
"""
FULL = r"""
    over (?:the |its |their |his )?(?:storage )?(?:quota|storage limit|allocation|size limit)
    overquota|quotaexceeded
    (?:quota|storage|disk|mailbox size) … (?:exceeded|exceeds|full|exhausted|reached|violation|limit)
    exceed\w* … (?:quota|storage|allocation|mailbox size|mailbox limit|disk)
    (?:mail ?box|inbox|account|maildir|mail file|user|recipient|folder|mail ?drop) … (?:full|out of space)
    full (?:mail ?box|inbox)
    (?:out of|insufficient|no|not enough)(?: \w+){0,2} (?:space|storage|disk)
    too (?:many messages in|much mail data)
"""
NOBODY = r"""
    (?:no|not an?|unknown|invalid|non ?exist\w+|bad|incorrect|illegal|undeliverable) USER
    (?:no|not an?|unknown|invalid|bad)(?: (?:such|valid|known|existing|active|local|virtual|or illegal))+ USER
    (?:unrouteable|unroutable|undefined|unrecogni[sz]ed) USER
    no such (?:\w+ )?(?:USER|name|person|object)
    USER ~ (?:unknown|non ?existent|invalid|undeliverable|unrout\w+|deleted|closed|terminated|cancell?ed|retired)
    USER ~ (?:not|isnt|wasnt|doesnt|didnt) ~ (?:exists?|found|known|recogni[sz]ed|listed|valid|local|here|belong)
    USER ~ (?:not|isnt) ~ (?:defined|available here|hosted|handled|deliverable|our customer)
    USER ~ no longer ~ (?:exists?|valid|active|available|here|in use|with|works|employed|used|on|accepts|receiv\w+)
    USER (?:name )?(?:unknown|not ?found|does ?nt have)
    unknown (?:rcpt|or illegal|or invalid|addressee|virtual)
    (?:user|recipient|recip|mailbox|address|account)(?:notfound|unknown)|nosuchuser|unknownuser|bad ?rcpt ?to
    (?:doesnt|does not) have (?:an?|any)(?: \w+)? (?:account|mail ?box|inbox)
    (?:no ?one|nobody|no mailbox|no account|no user)(?: here)? (?:by|with|of) that name
    no mailbox here
    deactivated mailbox
    there is no (?:such )?(?:USER|one)
    left (?:the|our) (?:company|organi[sz]ation|school|library)
    not listed in domino directory
    adresse … (?:invalide|inconnue|incorrecte|ungultig)
    (?:destinataire|utilisateur|compte|boite) … (?:invalide|inconnue?|existe|introuvable)
    (?:empfanger|benutzer|postfach|konto|adresse) … (?:unbekannt|nicht|ungultig|existiert)
    (?:usuario|destinatario|cuenta|buzon|utente|casella) … (?:desconocid\w|inexistente|sconosciut\w)
    existiert nicht|n ?existe pas|no existe|non esiste
"""
NOWHERE = r"""
    (?:doesnt|does not|do not|dont|did not|not) exists?
    (?:host|domain|hostname)(?: or domain)?(?: name)? ~ (?:not (?:found|exist|known)|doesnt exist|unknown|invalid)
    domain \w+ does not exist
    (?:no such|invalid|unknown|bad|non ?existent|unrout\w+) (?:mail |recipient |destination )?(?:domain|host)
    nxdomain|null ?mx
    (?:could ?nt|could not|cannot) find any host
    (?:domain|host|system|server) (?:does not|doesnt|never|will not) accepts? (?:any )?(?:mail|e ?mail|messages)
    mx records point to non ?existent hosts
"""
PASSING = r"""
    gr[ae]y ?list\w*
    temporar\w+
    (?:try|retry|come|call) … (?:again|later|back)
    later
    time ?d? ?out|not responding|no answer|no route|unreachable
    connection … (?:refused|reset|lost|dropped|closed|failed)
    over ?load\w*|busy|congest\w+|lookup failure|resources?|out of memory|delayed|expired
    USER … (?:disabled|inactive|suspended|locked|deactivated|frozen|expired|on hold|not active|dormant|unavailable now)
    (?:disabled|inactive|suspended|deactivated|locked|frozen|dormant) (?:\w+ )?USER
    (?:not|currently not|isnt) (?:currently )?accepting (?:mail|messages|e ?mail)
    loop\w*|too many hops|hop count
    maintenance|internal (?:server )?error|local (?:configuration )?error
    out of (?:the )?office|on vacation
"""
CONTENT = r"""
    spam\w*|unsolicited|virus\w*|malware|phish\w*|malicious|infected|content\w*|attachments?|headers?|score
"""
UNWELCOME = r"""
    bulk|junk|ube|uce|suspicious|suspected|dangerous|objectionable|inappropriate
    polic(?:y|ies)|prohibit\w*|abus\w+|aup|filter\w*|complain\w*
    blocked|banned|refused|unauthori[sz]ed|forbidden|disallowed
    (?:not|without) (?:authori[sz]ed|permitted|permission|allowed)
    access … denied|denied|restrict\w*|security|firewall|administrative\w*|compliant|compliance
    fraud\w*|impersonat\w*|spoof\w*|forg\w+|signature|rfc|credentials|white ?list\w*
    (?:message|mail|e ?mail|data|size|line) … (?:too (?:large|big|long)|exceeds?|exceeded|size limit|limit)
    too (?:large|big|long)|(?:maximum|max|fixed|message) (?:message )?size
    (?:message|mail|e ?mail|transaction|connection|delivery|content|command) … (?:rejected|refused|not accepted|denied)
    rejected (?:by|due|for|because|as|message)|(?:unacceptable|not acceptable)|(?:delivery )?not authori[sz]ed
"""
# What RFC 5321 has as the text of 550: Outlook says it of users that it does not know.
STANDARD = r"""
    mailbox (?:unavailable|not available)
    recipient (?:address )?(?:rejected|refused)
"""

PHRASES = [
    *_table("policy", "\n".join([RELAYING, GREETING, SENDER, LOGIN, BLOCKED, SIGNED, RATES]), strong=True),
    *_table("soft", FULL, strong=True),
    # How Exchange Online and IronPort say that there is no such user; beside other codes it is said of much else.
    *_table("hard", "recipient address rejected(?: access denied)?", code="4.1"),
    *_table("hard", "address rejected", code="1.0"),
    *_table("policy", CONTENT),
    *_table("hard", NOBODY),
    *_table("hard", NOWHERE, of_us=True),
    *_table("soft", PASSING),
    *_table("policy", UNWELCOME),
    *_table("hard", STANDARD),
]
