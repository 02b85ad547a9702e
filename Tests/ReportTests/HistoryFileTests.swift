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

    private func read(_ bytes: [UInt8]) -> HistoryFile {
        var file = HistoryFile()
        file.add(bytes)
        return file
    }

    @Test func whatIsWrittenIsReadAgain() {
        let records = [record(1, .start), record(1), record(2, .start)]
        let file = read(records.flatMap { $0.encoded })
        #expect(file.records == records && file.damaged == 0)
    }

    @Test func aLineThatIsNoObjectIsLeftOutAndTakesNoOtherWithIt() {
        let (first, second) = (record(1).encoded, record(2).encoded)
        for cut in 1..<first.count - 1 {
            let file = read(first + first[cut...] + second)
            #expect(file.records == [record(1), record(2)] && file.damaged == 1)
        }
    }

    @Test func aCutAnywhereLosesTheLastLineAlone() {
        let bytes = record(1).encoded + record(2).encoded
        // A record whose line end alone is missing is whole.
        for end in record(1).encoded.count..<bytes.count - 1 {
            let file = read(Array(bytes[..<end]))
            #expect(file.records == [record(1)])
            #expect(file.damaged == (end > record(1).encoded.count ? 1 : 0))
        }
    }

    @Test func whatANewerProgramWroteIsNeitherDamagedNorShown() {
        var json = record(1).json
        json.set("record", JSON("middle"))
        let file = read(json.line + record(2).encoded)
        #expect(file.damaged == 0 && file.records == [record(2)])
    }

    @Test func openAreThoseWithoutAnEnd() {
        let records = [record(1, .start), record(2, .start), record(1), record(2, .start)]
        #expect(HistoryRecord.open(in: records) == [record(2, .start)])
        let end = record(2, .start).ended(by: .crash, at: 5)
        #expect(end.cause == .crash && end.phase == .end && end.timeMilliseconds == 2_000)
        #expect(HistoryRecord.open(in: records + [end]).isEmpty)
    }
}
