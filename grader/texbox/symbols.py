"""The vocabulary: which character and which ASCII spelling a TeX command or a typed character stands for.

A line of a table is `command character spelling`; without a spelling it is the command's own name.
"""

from __future__ import annotations

from .tree import Kind

_ORDINARY = """
alpha α
beta β
gamma γ
delta δ
epsilon ε
varepsilon ε
zeta ζ
eta η
theta θ
vartheta ϑ
iota ι
kappa κ
varkappa ϰ
lambda λ
mu μ
nu ν
xi ξ
omicron ο
pi π
varpi ϖ
rho ρ
varrho ϱ
sigma σ
varsigma ς
tau τ
upsilon υ
phi φ
varphi φ
chi χ
psi ψ
omega ω
Gamma Γ
Delta Δ
Theta Θ
Lambda Λ
Xi Ξ
Pi Π
Sigma Σ
Upsilon Υ
Phi Φ
Psi Ψ
Omega Ω
partial ∂
nabla ∇ grad
infty ∞ infinity
ell ℓ
hbar ℏ
imath ı i
jmath ȷ j
Re ℜ
Im ℑ
aleph ℵ
wp ℘
emptyset ∅
varnothing ∅ emptyset
forall ∀ for all
exists ∃
nexists ∄ exists no
neg ¬ not
lnot ¬ not
top ⊤ T
bot ⊥
angle ∠
prime ′ '
dagger † +
ddagger ‡ ++
degree ° deg
vdots ⋮ :
ddots ⋱ ...
square □ [ ]
Box □ [ ]
checkmark ✓ ok
S §
P ¶
% % %
# # #
& & &
_ _ _
$ $ $
backslash \\ \\
slash / /
"""

_BINARY = """
cdot · *
times × x
div ÷
pm ± +/-
mp ∓ -/+
ast ∗ (*)
star ⋆
circ ∘ o
bullet •
odot ⊙ (.)
oplus ⊕ (+)
ominus ⊖ (-)
otimes ⊗ (x)
oslash ⊘ (/)
cup ∪ union
cap ∩ intersect
uplus ⊎ uplus
sqcup ⊔
sqcap ⊓
setminus ∖ \\
smallsetminus ∖ \\
wedge ∧ and
land ∧ and
vee ∨ or
lor ∨ or
diamond ⋄
bmod mod mod
"""

_RELATIONS = """
eq = =
lt < <
gt > >
leq ≤ <=
le ≤ <=
geq ≥ >=
ge ≥ >=
leqslant ⩽ <=
geqslant ⩾ >=
neq ≠ !=
ne ≠ !=
ll ≪ <<
gg ≫ >>
lesssim ≲ <~
gtrsim ≳ >~
equiv ≡ ==
approx ≈ ~~
sim ∼ ~
simeq ≃ ~-
cong ≅ ~=
asymp ≍
doteq ≐ .=
triangleq ≜ =def
coloneqq ≔ :=
propto ∝
in ∈
ni ∋
notin ∉ not in
subset ⊂
supset ⊃
subseteq ⊆
supseteq ⊇
subsetneq ⊊
supsetneq ⊋
prec ≺
succ ≻
preceq ⪯
succeq ⪰
mid | |
nmid ∤ does not divide
parallel ∥ ||
perp ⊥
vdash ⊢ |-
models ⊨ |=
to → ->
rightarrow → ->
longrightarrow ⟶ -->
gets ← <-
leftarrow ← <-
longleftarrow ⟵ <--
leftrightarrow ↔ <->
longleftrightarrow ⟷ <-->
Rightarrow ⇒ =>
implies ⟹ ==>
Longrightarrow ⟹ ==>
Leftarrow ⇐ <==
impliedby ⟸ <===
Leftrightarrow ⇔ <=>
iff ⟺ <==>
Longleftrightarrow ⟺ <==>
mapsto ↦ |->
longmapsto ⟼ |-->
hookrightarrow ↪ c->
hookleftarrow ↩ <-c
rightharpoonup ⇀
rightleftharpoons ⇌
leadsto ⇝ ~>
uparrow ↑ up
downarrow ↓ down
updownarrow ↕ up-down
nearrow ↗ up-right
searrow ↘ down-right
therefore ∴
because ∵
"""

_DOTS = """
ldots … ...
dots … ...
dotsc … ...
dotso … ...
cdots ⋯ ...
dotsb ⋯ ...
dotsm ⋯ ...
"""

_LARGE = """
sum ∑
prod ∏
coprod ∐
bigcup ⋃ union
bigcap ⋂ intersect
bigoplus ⨁ (+)
bigotimes ⨂ (x)
bigodot ⨀ (.)
bigvee ⋁ or
bigwedge ⋀ and
int ∫
iint ∬
iiint ∭
oint ∮
"""


def _entries(table: str) -> list[tuple[str, str, str]]:
    fields = (line.split(maxsplit=2) for line in table.strip().splitlines())
    return [(f[0], f[1], f[2] if len(f) == 3 else f[0]) for f in fields]


Entry = tuple[str, str, Kind]

COMMANDS: dict[str, Entry] = {
    name: (char, ascii, kind)
    for kind, table in ((Kind.ORD, _ORDINARY), (Kind.BIN, _BINARY), (Kind.REL, _RELATIONS), (Kind.INNER, _DOTS))
    for name, char, ascii in _entries(table)
}
COMMANDS["colon"] = (":", ":", Kind.PUNCT)

# Letters that usually share a character with their variant: told apart only where a formula uses both.
VARIANTS = {"epsilon": "lunate", "phi": "straight"}

LARGE = {name: (char, ascii) for name, char, ascii in _entries(_LARGE)}
INTEGRALS = frozenset(("int", "iint", "iiint", "oint"))
LIMITS = frozenset(("argmax", "argmin", "det", "gcd", "inf", "lim", "liminf", "limsup", "max", "min", "Pr", "sup"))
NAMED = LIMITS | frozenset(
    "arccos arcsin arctan arg cos cosh cot coth csc deg dim exp hom ker lg ln log sec sin sinh tan tanh".split()
)
SPELLED_APART = {"liminf": "lim inf", "limsup": "lim sup"}

SPACES = {",": 1, ":": 1, ";": 1, ">": 1, " ": 1, "!": 0, "thinspace": 1, "enspace": 1, "quad": 3, "qquad": 6}

# What a typed character stands for; letters and digits are not in here.
TYPED: dict[str, Entry] = {
    "-": ("−", "-", Kind.BIN),
    "+": ("+", "+", Kind.BIN),
    "*": ("*", "(*)", Kind.BIN),
    "=": ("=", "=", Kind.REL),
    "<": ("<", "<", Kind.REL),
    ">": (">", ">", Kind.REL),
    ":": (":", ":", Kind.REL),
    ",": (",", ",", Kind.PUNCT),
    ";": (";", ";", Kind.PUNCT),
    ".": (".", ".", Kind.PUNCT),
    "(": ("(", "(", Kind.OPEN),
    "[": ("[", "[", Kind.OPEN),
    ")": (")", ")", Kind.CLOSE),
    "]": ("]", "]", Kind.CLOSE),
    "|": ("|", "|", Kind.BAR),
    **{char: (char, char, Kind.ORD) for char in '/!?@"'},
}
CONVOLUTION = "(*)"  # a * is multiplication in ASCII; in a script, as in x^*, it is only a star
RUNS = {"||": ("‖", "||", Kind.BAR), ":=": (":=", ":=", Kind.REL), "...": ("…", "...", Kind.INNER)}

DELIMITERS = {
    "lbrace": ("{", Kind.OPEN),
    "{": ("{", Kind.OPEN),
    "rbrace": ("}", Kind.CLOSE),
    "}": ("}", Kind.CLOSE),
    "lbrack": ("[", Kind.OPEN),
    "rbrack": ("]", Kind.CLOSE),
    "lfloor": ("⌊", Kind.OPEN),
    "rfloor": ("⌋", Kind.CLOSE),
    "lceil": ("⌈", Kind.OPEN),
    "rceil": ("⌉", Kind.CLOSE),
    "langle": ("⟨", Kind.OPEN),
    "rangle": ("⟩", Kind.CLOSE),
    "vert": ("|", Kind.BAR),
    "lvert": ("|", Kind.OPEN),
    "rvert": ("|", Kind.CLOSE),
    "|": ("‖", Kind.BAR),
    "Vert": ("‖", Kind.BAR),
    "lVert": ("‖", Kind.OPEN),
    "rVert": ("‖", Kind.CLOSE),
}
DELIMITER_ASCII = {"⌊": "|_", "⌋": "_|", "⌈": "|^", "⌉": "^|", "⟨": "<", "⟩": ">", "‖": "||"}

NEGATED = {
    "=": ("≠", "!="),
    "∈": ("∉", "not in"),
    "∋": ("∌", "not ni"),
    "≡": ("≢", "!=="),
    "∼": ("≁", "!~"),
    "≈": ("≉", "!~~"),
    "≤": ("≰", "!<="),
    "≥": ("≱", "!>="),
    "<": ("≮", "!<"),
    ">": ("≯", "!>"),
    "⊂": ("⊄", "not subset"),
    "⊆": ("⊈", "not subseteq"),
    "|": ("∤", "does not divide"),
    "∥": ("∦", "not ||"),
    "→": ("↛", "!->"),
}

# In plain text a word or a common spelling is read out better than the character.
PLAIN = {"‖": "||", "⊤": "T", "⟹": "⇒", "⟶": "→", "⟺": "⇔"}

# Punctuation that authors type into \text{...}, and how ASCII writes it.
TEXT_ASCII = {"–": "-", "—": "--", "‘": "'", "’": "'", "“": '"', "”": '"', "…": "...", "\u00a0": " "}

# For characters typed directly; the first command that makes a character gives its spelling.
BY_CHARACTER: dict[str, Entry] = {"−": ("−", "-", Kind.BIN)}
for _entry in COMMANDS.values():
    if not _entry[0].isascii():
        BY_CHARACTER.setdefault(_entry[0], _entry)
for _char, _kind in DELIMITERS.values():
    if not _char.isascii():
        BY_CHARACTER.setdefault(_char, (_char, DELIMITER_ASCII[_char], _kind))
