"""Who and what the invented GitHub holds: the hand-written part; `growing` fills in the rest from a fixed seed."""

from dataclasses import dataclass

from app.demo.github.records import License

# Unless told otherwise, everything happened before this moment, 2026-06-01T12:00:00Z, whatever the clock on the wall says.
ANCHOR = 1_780_315_200
DAY = 86_400

LICENSES = {
    "mit": License("mit", "MIT License", "MIT", "MDc6TGljZW5zZTEz"),
    "apache-2.0": License("apache-2.0", "Apache License 2.0", "Apache-2.0", "MDc6TGljZW5zZTI="),
    "bsd-3-clause": License("bsd-3-clause", 'BSD 3-Clause "New" License', "BSD-3-Clause", "MDc6TGljZW5zZTU="),
    "gpl-3.0": License("gpl-3.0", "GNU General Public License v3.0", "GPL-3.0", "MDc6TGljZW5zZTk="),
    "unlicense": License("unlicense", "The Unlicense", "Unlicense", "MDc6TGljZW5zZTE1"),
}

LABELS = (
    ("bug", "d73a4a", "Something isn't working"),
    ("enhancement", "a2eeef", "New feature or request"),
    ("documentation", "0075ca", "Improvements or additions to documentation"),
    ("good first issue", "7057ff", "Good for newcomers"),
    ("performance", "fbca04", "Makes it faster"),
)

GIVEN_NAMES = ("Ada", "Bela", "Chidi", "Dana", "Emil", "Farah", "Goran", "Hana")
FAMILY_NAMES = ("Abara", "Brandt", "Castellan", "Dvorak", "Eklund")


@dataclass(frozen=True, slots=True)
class OwnerSeed:
    login: str
    name: str
    kind: str
    bio: str
    location: str
    members: int = 0


@dataclass(frozen=True, slots=True)
class RepositorySeed:
    owner: str
    name: str
    description: str | None
    languages: dict[str, int]
    topics: tuple[str, ...] = ()
    license: str | None = "mit"
    homepage: str | None = None
    stars: int = 10
    forks: int = 2
    age_days: int = 900
    quiet_days: int = 2
    issues: int = 8
    commits: int = 14
    releases: int = 3
    contributors: int = 4
    runs: int = 4
    archived: bool = False
    fork_of: str | None = None
    former_name: str | None = None
    empty: bool = False
    default_branch: str = "main"


OWNERS = (
    OwnerSeed(
        "acme", "Acme Rockets", "Organization", "We build things that leave the ground.", "Reykjavík", members=35
    ),
    OwnerSeed("tidewater", "Tidewater Tools", "Organization", "Software for harbours and their people.", "Porto", 6),
    OwnerSeed("mira-okafor", "Mira Okafor", "User", "Guidance systems, gardening.", "Lagos"),
    OwnerSeed("jonas-lind", "Jonas Lind", "User", "Small languages, smaller parsers.", "Umeå"),
)

# The order gives the ids, so a new one goes to the end. The first is the one that ticks.
REPOSITORIES = (
    RepositorySeed(
        "acme",
        "rocket",
        "Flight software for small launch vehicles",
        {"Python": 412_331, "C": 88_120, "Makefile": 2_310},
        ("aerospace", "asyncio", "flight-software", "python"),
        homepage="https://rocket.acme.example",
        stars=4_821,
        forks=611,
        age_days=2_400,
        quiet_days=0,
        issues=95,
        commits=70,
        releases=45,
        contributors=34,
        runs=35,
    ),
    RepositorySeed(
        "acme",
        "launchpad",
        "Ground control in the browser",
        {"TypeScript": 310_220, "CSS": 40_870, "HTML": 9_001},
        ("dashboard", "typescript"),
        "apache-2.0",
        stars=932,
        forks=120,
        issues=24,
        commits=40,
        releases=12,
        contributors=9,
    ),
    RepositorySeed(
        "acme",
        "telemetry",
        "Takes what the rocket says and keeps it",
        {"Go": 201_455, "Dockerfile": 902},
        ("metrics", "time-series"),
        "bsd-3-clause",
        stars=1_204,
        forks=98,
        issues=17,
        commits=32,
        releases=8,
        contributors=7,
    ),
    RepositorySeed(
        "acme",
        "old-faithful",
        "The steam engine we began with (unmaintained)",
        {"C": 77_001},
        ("history",),
        "gpl-3.0",
        stars=310,
        age_days=3_800,
        quiet_days=1_100,
        issues=5,
        archived=True,
        default_branch="master",
    ),
    RepositorySeed(
        "acme", "dossier", "Notes of the review board", {"TeX": 55_210}, license=None, stars=3, releases=0, issues=2
    ),
    RepositorySeed("acme", "blank", None, {}, license=None, stars=0, forks=0, age_days=30, quiet_days=30, empty=True),
    RepositorySeed(
        "acme",
        "booster",
        "Solid fuel, once called thruster",
        {"Rust": 150_020},
        ("embedded", "rust"),
        "apache-2.0",
        stars=540,
        issues=33,
        former_name="thruster",
    ),
    RepositorySeed(
        "tidewater",
        "harbor-master",
        "Schedules berths, tugs and pilots",
        {"Rust": 288_004, "Shell": 3_120},
        ("scheduling", "rust"),
        "apache-2.0",
        stars=2_110,
        forks=233,
        issues=28,
        commits=36,
        releases=10,
        contributors=12,
    ),
    RepositorySeed(
        "tidewater",
        "pilot",
        "A command line for the port",
        {"Python": 98_312},
        ("cli", "python"),
        stars=177,
        homepage="https://pilot.tidewater.example",
    ),
    RepositorySeed(
        "tidewater",
        "charts",
        "Deployment charts for everything of ours",
        {"HCL": 40_210, "Shell": 12_001},
        ("infrastructure",),
        stars=45,
        releases=0,
    ),
    RepositorySeed(
        "mira-okafor",
        "rocket",
        "Flight software for small launch vehicles",
        {"Python": 410_900, "C": 88_120},
        stars=6,
        forks=0,
        issues=0,
        releases=0,
        fork_of="acme/rocket",
    ),
    RepositorySeed(
        "mira-okafor", "dotfiles", "How I like my shell", {"Shell": 8_450}, license="unlicense", stars=21, releases=0
    ),
    RepositorySeed(
        "jonas-lind",
        "lexer",
        "A lexer generator in one header",
        {"C": 61_733, "Python": 5_120},
        ("c", "parsing"),
        "gpl-3.0",
        stars=689,
        forks=54,
        issues=14,
        default_branch="trunk",
    ),
    RepositorySeed(
        "acme",
        "nozzle",
        "Shapes of nozzles, and what leaves them",
        {"Fortran": 64_402, "Python": 21_330},
        ("cfd", "simulation"),
        "bsd-3-clause",
        stars=214,
        forks=31,
        age_days=1_700,
        quiet_days=12,
        issues=11,
        commits=22,
        releases=5,
        contributors=6,
    ),
    RepositorySeed(
        "acme",
        "gantry",
        "Holds the rocket until it may go",
        {"Go": 120_908, "Shell": 4_410},
        ("kubernetes", "operations"),
        "apache-2.0",
        stars=388,
        forks=42,
        age_days=1_100,
        quiet_days=1,
        issues=21,
        commits=46,
        releases=14,
        contributors=8,
        runs=12,
    ),
    RepositorySeed(
        "acme",
        "flight-plan",
        "Where to, and by which way",
        {"Python": 71_350, "Jupyter Notebook": 33_807},
        ("orbits", "planning"),
        stars=97,
        forks=12,
        age_days=620,
        quiet_days=5,
        issues=9,
        commits=28,
        releases=2,
        contributors=1,
    ),
    RepositorySeed(
        "acme",
        "weather-balloon",
        "Looks at the sky before anybody goes there",
        {"C++": 58_614, "Python": 9_970},
        ("meteorology",),
        "apache-2.0",
        stars=61,
        forks=9,
        age_days=2_000,
        quiet_days=470,
        issues=12,
        releases=4,
    ),
    RepositorySeed(
        "acme",
        "mission-patches",
        "What we wear",
        {"SVG": 210_117},
        ("art",),
        license=None,
        stars=154,
        forks=20,
        age_days=1_400,
        quiet_days=60,
        issues=3,
        commits=9,
        releases=0,
        contributors=2,
    ),
    RepositorySeed(
        "acme",
        "lexer",
        "A lexer generator in one header",
        {"C": 61_733, "Python": 5_120},
        license="gpl-3.0",
        stars=2,
        forks=0,
        quiet_days=200,
        issues=0,
        releases=0,
        fork_of="jonas-lind/lexer",
    ),
)
