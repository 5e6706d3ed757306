"""Every statement of an article as spans of its text: who said what, to whom, by whose report."""

from bisect import bisect_right
from dataclasses import dataclass, field

from index.records import Range
from index.statements import Kind, Party, Statement
from ingest.people.people import People
from ingest.statements import speakers, via
from ingest.statements.addressees import addressee
from ingest.statements.behind import around, behind, split_quotation
from ingest.statements.borders import cut
from ingest.statements.clauses import FINAL, Reading, Sentence, Words
from ingest.statements.cues import Cue, Governs, lexicon
from ingest.statements.frames import DIRECT, Frame, Pattern, frame_of
from ingest.statements.governing import governing
from ingest.statements.silence import is_silence
from ingest.statements.sources import source

_MIXED_WORDS = 2
_NAME_WORDS = 3
_ANAPHOR_REACH = 20
_SENTENCES_MEANT = 3
_LONE_QUOTATION = 20
_NAMELESS = (Governs.IMPERSONAL, Governs.PASSIVE)
_INVERTED = (Pattern.QUOTED_BEFORE, Pattern.BEHIND, Pattern.AROUND)


def extract(text: str, language: str) -> list[Statement]:
    """Return the statements of a canonical text in the order of their contents.

    A language without a table in `cues.toml` has none.
    """
    words = lexicon(language)
    if words is None:
        return []
    return _Extraction(Reading.of(text, words, People.of(text, language))).run()


@dataclass
class _Extraction:
    """One pass over the sentences of an article; later ones lean on the speakers before them."""

    reading: Reading
    found: list[Statement] = field(default_factory=list)
    speakers: list[str] = field(default_factory=list)
    last: Party | None = None
    floor: int = 0
    """The word before which no subject is looked for: the content of a source begins there."""
    read: list[tuple[Sentence, bool]] = field(default_factory=list)
    """The sentences read so far, and whether each reports what somebody said."""

    def run(self) -> list[Statement]:
        for sentence in self.reading.sentences:
            self.read.append((sentence, self._read(sentence)))
        return sorted(self.found, key=lambda statement: statement.content)

    def _read(self, sentence: Sentence) -> bool:
        end = self._stop(sentence)
        frames = self._frames(sentence, end)
        if not frames:
            return self._take_lone_quotation(sentence, end)
        frames = _without_doubles(frames)
        for frame in frames:
            cut(self.reading, frame, frames)
        frames = self._hand_on(frames, sentence, end)
        subject: Words | None = None
        self.floor = sentence.first
        for frame in frames:
            subject = self._take(frame, subject, sentence) or subject
        return any(frame.cue is None or frame.is_any(Governs.SAY) for frame in frames)

    def _stop(self, sentence: Sentence) -> int:
        """Return where a sentence ends without its final marks."""
        end, reading = sentence.end, self.reading
        while (
            end > sentence.first
            and reading.folded(end - 1) in FINAL
            and (reading.quoted[end - 1] < 0)
        ):
            end -= 1
        return end

    # Finding

    def _frames(self, sentence: Sentence, end: int) -> list[Frame]:
        reading, found = self.reading, list[Frame]()
        place = sentence.first
        while place < end:
            quotation = reading.quotation_opened_at(place)
            if quotation:
                found += split_quotation(reading, quotation)
                place = max(reading.place_of(quotation.end), place + 1)
                continue
            frame = source(reading, place, sentence, end)
            cue = reading.cues.get(place)
            if frame is None and cue and not is_silence(reading, place, cue):
                frame = self._frame(place, cue, sentence, end)
            if frame:
                found.append(frame)
                found += self._continued(frame, end)
            # The words of "по думите на" report nothing of their own.
            place = max(place + 1, frame.cue_words[1] if frame else 0)
        return found

    def _frame(self, place: int, cue: Cue, sentence: Sentence, end: int) -> Frame | None:
        """Return the frame of a cue in the pattern that is trusted most."""
        reading = self.reading
        backward = None
        if not cue.is_any(Governs.ADJECTIVE, Governs.NOUN):
            backward = behind(reading, place, cue, sentence, end)
        if backward and _is_speech(backward):
            return backward
        frame = governing(reading, place, cue, end)
        if frame or cue.is_any(Governs.ADJECTIVE, Governs.NOUN):
            return frame
        if self._points_back(place, sentence):
            return self._anaphoric(place, cue, sentence, end)
        frame = around(reading, place, cue, sentence, end)
        if frame is None and backward and self._is_named(backward):
            frame = backward
        names = cue.is_any(Governs.NAME) and not reading.is_in(place + 1, "questions")
        if frame is None and names and place + 2 < end:
            return frame_of(Pattern.NAMED, place, cue, (place + 1, end), place + 1)
        return frame

    def _is_named(self, frame: Frame) -> bool:
        """Tell whether somebody follows the verb: "…, министр, заявил о планах" is no report."""
        end = self._reporting_end(frame)
        return bool(frame.source or speakers.after(self.reading, frame.place, end, far=True)) or (
            frame.is_any(*_NAMELESS)
        )

    def _points_back(self, place: int, sentence: Sentence) -> bool:
        """Tell whether a verb belongs to "Това" or "Об этом" at the beginning."""
        reading = self.reading
        length = reading.matches(sentence.first, "anaphors")
        between = range(sentence.first + length, place)
        return (
            length > 0
            and len(between) < _ANAPHOR_REACH
            and not any(speakers.opens_clause(reading, n) for n in between)
        )

    def _continued(self, frame: Frame, end: int) -> list[Frame]:
        """Return the quotation behind a colon that goes on from a content: "…, че X: „Y“"."""
        reading = self.reading
        if frame.pattern not in {Pattern.CLAUSE, Pattern.PURPOSE} or frame.cue is None:
            return []
        for at in range(frame.first + 1, end - 2):
            quotation = reading.quotation_opened_at(at + 1)
            if reading.folded(at) == ":" and quotation and reading.quoted[at] < 0:
                stop = min(reading.place_of(quotation.end), end)
                if quotation.end - quotation.start > _LONE_QUOTATION and stop >= end - 2:
                    content = (at + 2, stop)
                    return [
                        frame_of(
                            Pattern.QUOTED_AFTER, frame.place, frame.cue, content, frame.clause
                        )
                    ]
        return []

    def _anaphoric(self, place: int, cue: Cue, sentence: Sentence, end: int) -> Frame | None:
        """Return the frame of "Това заяви X": its content is the sentence before.

        Where it opens a paragraph, it means the whole paragraph before, if that is short.
        """
        if not self.read or not cue.is_any(Governs.SAY) or self.read[-1][1]:
            return None
        meant = [self.read[-1][0]]
        while sentence.opens and not meant[0].opens and len(self.read) > len(meant):
            earlier, reported = self.read[-1 - len(meant)]
            if reported or len(meant) == _SENTENCES_MEANT:
                del meant[:-1]
                break
            meant.insert(0, earlier)
        content = (meant[0].first, self._stop(meant[-1]))
        return frame_of(Pattern.ANAPHORIC, place, cue, content, end)

    def _take_lone_quotation(self, sentence: Sentence, end: int) -> bool:
        """Take a quotation that fills a sentence and goes on from the one before."""
        reading = self.reading
        quotation = reading.quotation_opened_at(sentence.first)
        if not quotation or sentence.opens or not self.last or not self.read[-1][1]:
            return False
        closing = reading.place_of(quotation.end)
        if closing < end - 1 or quotation.end - quotation.start < _LONE_QUOTATION:
            return False
        content = self._trimmed(quotation.start, quotation.end)
        self.found.append(Statement((content,), Kind.DIRECT, speaker=Party(self.last.name, None)))
        return True

    # Who carries it

    def _hand_on(self, frames: list[Frame], sentence: Sentence, end: int) -> list[Frame]:
        """Turn the reports that only carry another one into its agencies."""
        kept: list[Frame] = []
        for frame in frames:
            inner = kept[-1] if kept else None
            if inner and self._is_tail(frame):
                inner.via += via.agencies(self.reading, frame.place + 1, frame.clause)
            elif inner and self._closes(frame, inner):
                inner.via += via.agencies(self.reading, frame.cue_words[1], frame.clause + 10)
            elif not self._introduces(frame, frames):
                kept.append(frame)
        if len(kept) > 1 and self._is_carrier(kept[0]):
            del kept[0]
        for place, names in via.carried(self.reading, sentence.first, end):
            earlier = [frame for frame in kept if frame.place < place]
            carried = earlier[-1] if earlier else (kept[0] if kept else None)
            if carried:
                carried.via += [name for name in names if name not in carried.via]
        return kept

    def _is_carrier(self, frame: Frame) -> bool:
        """Tell whether "по сообщению X" leads up to a report that has a speaker of its own."""
        return frame.cue is None and bool(self.reading.matches(frame.place, "carriers"))

    def _is_tail(self, frame: Frame) -> bool:
        """Tell whether a report stands behind another one that it hands on: "…, предаде X"."""
        return frame.pattern is Pattern.BEHIND and self.reading.lexicon.begins(
            self.reading.folded(frame.place), "carry"
        )

    def _closes(self, frame: Frame, inner: Frame) -> bool:
        """Tell whether "според портала" closes a report that has a speaker of its own."""
        return (
            frame.pattern is Pattern.SOURCE
            and frame.parts[-1][1] <= frame.place
            and inner.pattern is not Pattern.SOURCE
        )

    def _introduces(self, frame: Frame, frames: list[Frame]) -> bool:
        """Tell whether "как сообщает X" only leads up to another report."""
        if frame.pattern is not Pattern.AROUND:
            return False
        inner = [other for other in frames if other.place > frame.clause]
        if inner:
            inner[0].via += via.agencies(self.reading, frame.place + 1, frame.clause)
        return bool(inner)

    # Who speaks, and to whom

    def _take(self, frame: Frame, subject: Words | None, sentence: Sentence) -> Words | None:
        """Add the statement of a frame; return the words that name its speaker."""
        frame.parts = [(first, end) for first, end in frame.parts if first < end]
        if not frame.parts:
            return None
        words = self._speaker(frame, subject, sentence)
        if frame.pattern is Pattern.SOURCE:
            self.floor = max(self.floor, frame.source[1] if frame.source else 0)
        party = self._party(words)
        if party is None and not frame.is_any(*_NAMELESS) and self.last:
            party = Party(self.last.name, None)
        listener = (
            addressee(self.reading, frame.place, frame.cue, self._reporting_end(frame), words)
            if frame.cue
            else None
        )
        content = self._content(frame)
        self.found.append(
            Statement(
                content,
                self._kind(frame, content),
                self.reading.span(*frame.cue_words),
                party,
                self._party(listener),
                tuple(frame.via),
                denied=frame.is_any(Governs.DENY),
            )
        )
        if party and party.name:
            self.speakers.append(party.name)
            self.last = party
        return words

    def _reporting_end(self, frame: Frame) -> int:
        return max(frame.clause, frame.place + 1)

    def _speaker(self, frame: Frame, subject: Words | None, sentence: Sentence) -> Words | None:
        """Return the words that name who speaks; `subject` spoke before in the sentence."""
        reading, cue, end = self.reading, frame.cue, self._reporting_end(frame)
        if frame.source or cue is None:
            return frame.source
        if cue.is_any(*_NAMELESS):
            return self._document(frame, sentence)
        if cue.is_any(Governs.NOUN):
            return speakers.possessor(reading, frame.place, cue, end)
        if frame.pattern in _INVERTED:
            found = speakers.after(reading, frame.place, end, far=True)
            if found is None and frame.pattern is Pattern.AROUND:
                found = speakers.before(reading, frame.place, sentence.first)
            return found or subject
        if cue.is_any(Governs.CALL) or (cue.gerund and subject):
            return (
                subject
                or speakers.of_object(reading, frame.place, cue, sentence.first)
                or speakers.opening(reading, sentence.first, frame.place)
            )
        points_back = frame.pattern is Pattern.ANAPHORIC
        named = self._named_behind(frame, end) if points_back else None
        return named or self._own(frame, sentence) or self._inverted(frame, subject, sentence)

    def _named_behind(self, frame: Frame, end: int) -> Words | None:
        """Return who stands behind a verb by name: "Об этом в эфире канала заявил Иванов"."""
        found = speakers.after(self.reading, frame.place, end, far=True)
        mentions = self.reading.mentions(*found) if found else []
        return found if any(one.kind == "person" for one in mentions) else None

    def _own(self, frame: Frame, sentence: Sentence) -> Words | None:
        """Return the subject before the verb in its own clause."""
        reading = self.reading
        first = max(self.floor, sentence.first + reading.matches(sentence.first, "anaphors"))
        own = speakers.before(reading, frame.place, first)
        if own and reading.is_in(own[0], "relatives"):
            return speakers.antecedent(reading, own[0], sentence.first) or own
        return own

    def _inverted(self, frame: Frame, subject: Words | None, sentence: Sentence) -> Words | None:
        """Return a speaker who does not stand before the verb in its own clause."""
        reading = self.reading
        light = speakers.is_light(reading, frame.place)
        verb = reading.skip(frame.place, sentence.first, "auxiliaries", "adverbs", "clitics")
        coordinated = reading.is_in(verb - 1, "conjunctions") and verb - 1 > sentence.first
        if not light and not coordinated:
            found = speakers.after(reading, frame.place, self._reporting_end(frame))
            takes_object = frame.is_any(Governs.ASK) and subject
            if found and not takes_object:
                return found
        institution = speakers.of_institution(reading, frame.place, sentence.first)
        if institution and not coordinated:
            return institution
        if frame.pattern is Pattern.ANAPHORIC:
            return subject
        return subject or speakers.opening(reading, sentence.first, frame.place)

    def _document(self, frame: Frame, sentence: Sentence) -> Words | None:
        """Return where it is said that names nobody: "говорится в заявлении"."""
        reading = self.reading
        place = frame.place + 1
        if reading.is_in(place, "source_prepositions"):
            stop = speakers.phrase_end(reading, place + 1, self._reporting_end(frame))
            return (place + 1, stop) if stop > place + 1 else None
        return speakers.of_institution(reading, frame.place, sentence.first)

    def _party(self, words: Words | None) -> Party | None:
        if words is None:
            return None
        reading = self.reading
        start, end = reading.span(*words)
        mention = reading.people.mention_at(start, end)
        if mention is None:
            return Party(reading.text[start:end], (start, end))
        name = reading.people.resolve(mention, self.speakers)
        return Party(name or reading.text[slice(*mention.range)], mention.range)

    # What is said

    def _content(self, frame: Frame) -> tuple[Range, ...]:
        reading = self.reading
        if frame.pattern in DIRECT:
            spans = (reading.span(first, end) for first, end in frame.parts)
            return tuple(self._trimmed(*span) for span in spans)
        # A negation before a content belongs to it: it is never cut off.
        starts = (reading.skip(first, frame.floor, "negations") for first, _ in frame.parts)
        return tuple(
            reading.span(start, end) for start, (_, end) in zip(starts, frame.parts, strict=True)
        )

    def _trimmed(self, start: int, end: int) -> Range:
        """Return what stands inside the marks without blanks and a final comma."""
        text = self.reading.text
        while end > start + 1 and (text[end - 1].isspace() or text[end - 1] == ","):
            end -= 1
        while start < end - 1 and text[start].isspace():
            start += 1
        return start, end

    def _kind(self, frame: Frame, content: tuple[Range, ...]) -> Kind:
        """Tell whose words a content is; names and scare quotes do not make it mixed."""
        if frame.pattern in DIRECT:
            return Kind.DIRECT
        text, quotations = self.reading.text, self.reading.quotations
        for start, end in content:
            number = bisect_right(quotations, start, key=lambda quotation: quotation.end)
            for quotation in quotations[number:]:
                if quotation.outer[0] >= end:
                    break
                inside = text[quotation.start : quotation.end]
                if inside[:1].islower() and len(inside.split()) >= _MIXED_WORDS:
                    return Kind.MIXED
        return Kind.INDIRECT


def _is_speech(frame: Frame) -> bool:
    """Tell whether a verb stands right behind a quotation that is no mere name."""
    first, end = frame.parts[0]
    spoken = frame.pattern is Pattern.QUOTED_BEFORE and frame.source is None
    return spoken and end - first > _NAME_WORDS


def _without_doubles(frames: list[Frame]) -> list[Frame]:
    """Keep one frame where two words lead to the same content.

    A noun says whose words they are ("припомни обещанието ѝ, че"); an adjective only continues
    its verb ("изрази увереност, че", "каза, че е уверен, че"); both parties of a denial count.
    """
    kept: list[Frame] = []
    for frame in frames:
        before = kept[-1] if kept else None
        same = before is not None and before.first == frame.first and before.cue is not None
        if before is None or frame.cue is None or before.is_any(Governs.DENY):
            kept.append(frame)
        elif same and frame.is_any(Governs.NOUN):
            kept[-1] = frame
        elif same or (
            frame.is_any(Governs.ADJECTIVE)
            and before.pattern is Pattern.CLAUSE
            and before.first <= frame.place < before.first + _MIXED_WORDS + 1
        ):
            continue
        else:
            kept.append(frame)
    return kept
