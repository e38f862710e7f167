"""Bytes that are no UTF-8: never taken for what they may be, but refused with the encoding that reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from protokit.collect.files.encodings import guesses
from protokit.core.errors import DataError
from tests.collect.dialects import cures, read

TEXTS: list[tuple[str, list[str]]] = [
    ("cp1252", ["name,city\nJosé,Málaga\nAnna,Köln\n", "a,b\nGroße Straße,1\n", "a,b\n£ 5 only – “now”,it’s\n"]),
    ("cp1252", ["x\n5°C\n"]),
    ("mac_roman", ["name,city\nJosé,Málaga\nAnna,Köln\n", "a\nit’s “fine” – so\n", "a,b\nSão Paulo,Übersee\n"]),
    ("cp1250", ["imię,miasto\nŁukasz,Łódź\nZażółć,Kraków\n"]),
    ("cp1254", ["şehir,ad\nİstanbul,Ayşe\nİzmir,Çağrı\n"]),
    ("cp850", ["name,city\nJosé,Málaga\nAnna,Köln\n"]),
    ("cp1251", ["имя,город\nАнна,Москва\nИван,Казань\n", "город\nМОСКВА\n"]),
    ("koi8-r", ["имя,город\nАнна,Москва\nИван,Казань\n", "a,b\nмосква,самара\n"]),
    ("cp1253", ["όνομα,πόλη\nΜαρία,Αθήνα\n"]),
    ("cp1255", ["עיר,שם\nתל אביב,דוד\n"]),
    ("cp1256", ["مدينة,اسم\nالقاهرة,محمد\n"]),
    ("shift_jis", ["名前,都市\n田中,東京\n鈴木,大阪\n", "商品,価格\nりんご,100\nバナナ,50\n"]),
    ("euc_jp", ["名前,都市\n田中,東京\n鈴木,大阪\n"]),
    ("gb18030", ["姓名,城市\n王伟,北京\n李娜,上海\n", "城市,价格\n苹果,1\n香蕉,3\n"]),
    ("big5", ["姓名,城市\n王偉,臺北\n"]),
    ("euc_kr", ["이름,도시\n김철수,서울\n"]),
    ("utf-16-le", ["name,city\nJosé,Málaga\n", "名前,都市\n田中,東京\n鈴木,大阪\n", "a,b\n1,2\n"]),
    ("utf-16-be", ["name,city\nJosé,Málaga\n", "имя,город\nАнна,Москва\n"]),
    ("utf-32-le", ["name,city\nJosé,Málaga\n"]),
]  # fmt: skip
EACH = [(encoding, text) for encoding, texts in TEXTS for text in texts]


@pytest.mark.parametrize(("encoding", "text"), EACH)
def test_the_cure_names_the_encoding_that_reads_the_file(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(DataError) as caught:
        read(path)
    [edit, *_] = cures(caught.value.cure)
    assert set(edit) == {"encoding"}
    path.with_name("u.csv").write_text(text, encoding="utf-8")
    assert read(path, **edit)[0].equals(read(path.with_name("u.csv"))[0])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_marks_at_the_start_are_obeyed(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("naïve,b\né,1\n".encode(encoding))
    frame, told = read(path)
    assert frame.to_dict("list") == {"naïve": ["é"], "b": [1]} and not told


def test_readings_that_are_as_likely_are_shown_side_by_side() -> None:
    found = guesses("naam\nJosé\nMálaga\nKöln;ä\n".encode("cp1252"))
    assert found[0].encoding == "cp1252" and found[0].word == "José"
    assert 1 <= len(found) <= 3 and len({guess.encoding for guess in found}) == len(found)


def test_other_formats_name_the_encoding_too(tmp_path: Path) -> None:
    for name, text in (("t.json", '[{"a": "Málaga"}]'), ("t.jsonl", '{"a": "Málaga"}\n')):
        (tmp_path / name).write_bytes(text.encode("cp1252"))
        with pytest.raises(DataError, match="is not UTF-8") as caught:
            read(tmp_path / name)
        assert read(tmp_path / name, **cures(caught.value.cure)[0])[0]["a"].tolist() == ["Málaga"]


@pytest.mark.parametrize(
    ("start", "cure"), [(b"PK\x03\x04", "{xlsx: "), (b"PAR1", "{parquet: "), (b"SQLite format 3\0", "{sqlite: ")]
)
def test_a_file_that_is_no_text_is_named_as_what_it_is(tmp_path: Path, start: bytes, cure: str) -> None:
    (tmp_path / "t.csv").write_bytes(start + b"\x14\x00\xc7\xe9" * 50)
    with pytest.raises(DataError, match="this is no text") as caught:
        read(tmp_path / "t.csv")
    assert cure in str(caught.value.cure) and "encoding" not in str(caught.value.cure)


def test_no_encoding_is_advised_where_nearly_all_is_utf8(tmp_path: Path) -> None:
    whole = "name,y\n" + "Zoé,1\nJürgen,2\n" * 20
    (tmp_path / "t.csv").write_bytes(whole.encode() + "André,1\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"t\.csv:42:5: byte 0xe9") as caught:
        read(tmp_path / "t.csv")
    assert "encoding" not in str(caught.value.cure)
    (tmp_path / "t.csv").write_bytes(whole.encode("latin-1"))
    with pytest.raises(DataError, match="encoding: cp1252"):
        read(tmp_path / "t.csv")
