import Testing

@testable import Report

@Suite struct HistoryFileTests {
    private func record(_ number: Int, _ phase: HistoryRecord.Phase = .end) -> HistoryRecord {
        var record = HistoryRecord()
        record.call = "call-\(number)"
        record.phase = phase
        record.peer = "attic"
        record.timeMilliseconds = 1_000 * number
        if phase == .end { record.cause = .hungUp }
        return record
    }

    @Test func whatIsWrittenIsReadAgain() {
        let records = [record(1, .start), record(1), record(2, .start)]
        let file = HistoryFile(parsing: records.flatMap { $0.encoded })
        #expect(file.records == records)
        #expect(file.isSound)
    }

    @Test func aLineThatIsNoObjectIsLeftOutAndTakesNoOtherWithIt() {
        let (first, second) = (record(1).encoded, record(2).encoded)
        for cut in 1..<first.count - 1 {
            let damaged = Array(first[cut...])
            let file = HistoryFile(parsing: first + damaged + second)
            #expect(file.records == [record(1), record(2)])
            #expect(file.damaged == [damaged] && file.whole == first + second)
        }
    }

    @Test func aCutAnywhereLosesTheLastLineAlone() {
        let bytes = record(1).encoded + record(2).encoded
        for end in record(1).encoded.count..<bytes.count {
            let file = HistoryFile(parsing: Array(bytes[..<end]))
            #expect(file.records == [record(1)])
            #expect(file.isTorn == (end > record(1).encoded.count))
        }
    }

    @Test func whatANewerProgramWroteIsNeitherDamagedNorShown() {
        var json = record(1).json
        json.set("record", JSON("middle"))
        let file = HistoryFile(parsing: json.line + record(2).encoded)
        #expect(file.unknown == 1 && file.isSound && file.records == [record(2)])
    }

    @Test func openAreThoseWithoutAnEnd() {
        let records = [record(1, .start), record(2, .start), record(1), record(2, .start)]
        #expect(HistoryRecord.open(in: records) == [record(2, .start)])
        let end = record(2, .start).ended(by: .crash, at: 5)
        #expect(end.cause == .crash && end.phase == .end && end.timeMilliseconds == 2_000)
        #expect(HistoryRecord.open(in: records + [end]).isEmpty)
    }
}
