"""Getting the training data: licences, and the work from raw crawl to clean tokens.

Sizes follow from the distinct tokens of the corpus: raw bytes per clean token as in FineWeb (38 PB for 15T tokens).
"""

from __future__ import annotations

from gigacost.graph.declarations import Input, contribution
from gigacost.model.constants import B_PER_TB
from gigacost.ops import Value, minimum, missing, where

LICENCES_USD = Input(
    "data_licences_usd",
    "$",
    "Licences paid as a lump sum, all together.",
    default=0.0,
    source="assumption: public web data",
    high=1e15,
)
LICENSED_SHARE = Input(
    "licensed_share",
    "1",
    "Share of the distinct tokens that is licensed by the word.",
    default=0.0,
    source="assumption: public web data",
    high=1.0,
)
LICENCE_USD_PER_TOKEN = Input(
    "licence_usd_per_token",
    "$/token",
    "Price of a licensed token.",
    default=0.00075,
    source="Defined.ai: about $0.001 a word (Reuters, as retold by ybx.com); 0.75 words a token is an assumption",
    date="2024-04",
    high=1e6,
    plausible=(1e-7, 1e-2),
)
RAW_BYTES_PER_TOKEN = Input(
    "raw_bytes_per_token",
    "B/token",
    "Raw crawl read for one clean token.",
    default=2533.0,
    source="FineWeb: 38 PB of Common Crawl for 15T tokens",
    date="2024-04",
    high=1e9,
    plausible=(3.0, 1e5),
)
CLEAN_BYTES_PER_TOKEN = Input(
    "clean_bytes_per_token",
    "B/token",
    "Clean, stored text per token.",
    default=3.0,
    source="FineWeb: 45 TB for 15T tokens",
    date="2024-04",
    high=1e6,
    plausible=(1.0, 10.0),
)
TEXT_PER_CLEAN = Input(
    "extracted_per_clean_byte",
    "1",
    "Text extracted from the crawl, to be deduplicated and classified, ÷ clean text that is left.",
    default=10.0,
    source="assumption: nine tenths of the extracted text are duplicates or of low quality",
    low=1.0,
    high=1e6,
    plausible=(1.0, 100.0),
)
EXTRACTION_SPEED = Input(
    "extraction_tb_per_node_hour",
    "TB/(node·h)",
    "Raw crawl that one CPU server of 96 threads extracts and filters in an hour.",
    default=0.3,
    source="Spheron, AI pretraining data curation: CPU filtering about 300 GB an hour on 96 cores",
    date="2026-05-12",
    low=1e-6,
    high=1e9,
)
NODE_USD_PER_HOUR = Input(
    "cpu_node_usd_per_hour",
    "$/(node·h)",
    "Rate of a CPU server of 96 threads.",
    default=4.08,
    source="AWS EC2 Auto Scaling user guide: c5.24xlarge on demand, us-east-1, its example of a price; undated",
    high=1e6,
    plausible=(0.5, 20.0),
)
DEDUPLICATION_SPEED = Input(
    "deduplication_tb_per_chip_hour",
    "TB/(chip·h)",
    "Extracted text that one accelerator deduplicates in an hour.",
    default=0.5,
    source="Spheron, AI pretraining data curation: MinHash 4 TB an hour on 8 H100",
    date="2026-05-12",
    low=1e-6,
    high=1e9,
)
CLASSIFICATION_SPEED = Input(
    "classification_tb_per_chip_hour",
    "TB/(chip·h)",
    "Extracted text whose quality one accelerator rates in an hour.",
    default=0.15,
    source="Spheron, AI pretraining data curation: 1.2 TB an hour on 8 H100",
    date="2026-05-12",
    low=1e-6,
    high=1e9,
)
PROCESSING_RATE = Input(
    "processing_usd_per_chip_hour",
    "$/(chip·h)",
    "Rate of the accelerators that process data; they are H100 rented by the hour, whatever the run uses.",
    default=2.95,
    source="AIMultiple: median of 37 providers' on-demand H100",
    date="2026-05",
    high=1e6,
    plausible=(0.5, 20.0),
)


def corpus_tokens(tokens: Value, unique_tokens: Value) -> Value:
    """Distinct tokens that have to be acquired, cleaned and kept [token].

    min(tokens, unique_tokens); tokens where nothing is repeated.

    Source: definition.
    """
    return where(missing(unique_tokens), tokens, minimum(tokens, unique_tokens))


def raw_tb(corpus_tokens: Value, raw_bytes_per_token: Value) -> Value:
    """Raw crawl that the corpus is made of [TB].

    corpus_tokens · raw_bytes_per_token.

    Source: FineWeb (38 PB of Common Crawl for 15T tokens).
    """
    return corpus_tokens * raw_bytes_per_token / B_PER_TB


def clean_tb(corpus_tokens: Value, clean_bytes_per_token: Value) -> Value:
    """Clean text of the corpus [TB].

    corpus_tokens · clean_bytes_per_token.

    Source: FineWeb (45 TB for 15T tokens).
    """
    return corpus_tokens * clean_bytes_per_token / B_PER_TB


@contribution(to="total_project_usd")
def cost_data_acquisition_usd(
    data_licences_usd: Value, licensed_share: Value, corpus_tokens: Value, licence_usd_per_token: Value
) -> Value:
    """Licences for training data; 0 by default, for public web data [$].

    data_licences_usd + licensed_share · corpus_tokens · licence_usd_per_token.

    Source: definition; price of text as retold from Reuters (2024-04).
    """
    return data_licences_usd + licensed_share * corpus_tokens * licence_usd_per_token


def extraction_usd(raw_tb: Value, extraction_tb_per_node_hour: Value, cpu_node_usd_per_hour: Value) -> Value:
    """Extracting and filtering text out of the raw crawl, on CPUs [$].

    raw_tb / speed · rate.

    Source: Spheron, AI pretraining data curation (2026-05-12).
    """
    return raw_tb / extraction_tb_per_node_hour * cpu_node_usd_per_hour


def curation_chip_hours(
    clean_tb: Value,
    extracted_per_clean_byte: Value,
    deduplication_tb_per_chip_hour: Value,
    classification_tb_per_chip_hour: Value,
) -> Value:
    """Accelerator-hours to deduplicate and rate the extracted text [chip·h].

    extracted text · (1 / deduplication speed + 1 / classification speed).

    Source: Spheron, AI pretraining data curation (2026-05-12).
    """
    extracted_tb = clean_tb * extracted_per_clean_byte
    return extracted_tb / deduplication_tb_per_chip_hour + extracted_tb / classification_tb_per_chip_hour


@contribution(to="total_project_usd")
def cost_data_processing_usd(
    extraction_usd: Value, curation_chip_hours: Value, processing_usd_per_chip_hour: Value
) -> Value:
    """Work from raw crawl to clean tokens, once [$].

    CPU extraction + accelerator-hours of curation · rate. Ablations on data are experiments and are counted there.

    Source: Spheron, AI pretraining data curation (2026-05-12); the same order as FineWeb's $0.5M.
    """
    return extraction_usd + curation_chip_hours * processing_usd_per_chip_hour
