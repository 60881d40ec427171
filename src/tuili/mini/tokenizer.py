"""tuili-mini's tokenizer: whole numbers, operators, words and the line break, one token each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuili.mini.puzzle import LARGEST

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

SPECIAL = ("<pad>", "<bos>", "<eos>")
THINKING = ("<think>", "</think>")
OPERATORS = ("+", "-", "*", "/", "=", ":", ",", "(", ")")
TASK_WORDS = ("make", "pick", "pay", "calc", "from", "with")
# written by no short-cut solution: room for journeys, revision and budget forcing without a new vocabulary
CONTROL_WORDS = (
    "wait",
    "back",
    "try",
    "check",
    "yes",
    "no",
    "so",
    "but",
    "goal",
    "left",
    "stop",
    "again",
    "good",
    "bad",
)

VOCABULARY = (*SPECIAL, *THINKING, "\n", *OPERATORS, *TASK_WORDS, *CONTROL_WORDS, *map(str, range(LARGEST + 1)))

CHAT_TEMPLATE = """\
{#- The last puzzle that the user states before each of the attempts made at it so far, and before another. -#}
{%- set chat = namespace(puzzle=messages[-1]['content'], attempts=[]) -%}
{%- for message in messages -%}
  {%- if message['role'] == 'assistant' -%}
    {%- set chat.attempts = chat.attempts + [message['content']] -%}
  {#- what states no puzzle after an attempt asks for another try -#}
  {%- elif not chat.attempts or message['content'].split(' ')[0] in ['make', 'pick', 'pay', 'calc'] -%}
    {%- set chat.puzzle = message['content'] -%}
    {%- set chat.attempts = [] -%}
  {%- endif -%}
{%- endfor -%}
{%- set before = chat.puzzle + '\\n<think>\\n' -%}
{{- bos_token -}}
{%- for attempt in chat.attempts -%}{{- before + attempt + eos_token + '\\n' -}}{%- endfor -%}
{{- before -}}
"""


def build_tokenizer() -> PreTrainedTokenizerFast:
    """A standard fast tokenizer; `decode(encode(text)) == text` for every text the mini world writes."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    backend = Tokenizer(models.WordLevel({word: i for i, word in enumerate(VOCABULARY)}, unk_token="<pad>"))
    backend.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"[ \t]+"), "removed"),
            pre_tokenizers.Split("\n", "isolated"),
        ]
    )
    # a space before every token but the first (no piece begins with the prefix), then none beside a line break
    backend.decoder = decoders.Sequence(
        [decoders.WordPiece("##", cleanup=False), decoders.Fuse(), decoders.Replace(Regex(" ?\n ?"), "\n")]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<bos>",
        eos_token="<eos>",
        pad_token="<pad>",
        clean_up_tokenization_spaces=False,
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer
