import Testing

@testable import Report

@Suite struct HistoryListTests {
    private func call(_ number: Int, missed: Bool = false) -> [HistoryRecord] {
        var start = HistoryRecord()
        start.call = "\(number)"
        start.timeMilliseconds = number * 1_000
        var end = start.ended(by: missed ? .noAnswer : .hungUp, at: number * 1_000 + 500)
        end.isMissed = missed
        return [start, end]
    }

    @Test func twoRecordsAreOneCallAndTheNewestIsFirst() {
        let list = HistoryList(call(1) + call(2), HistoryQuery())
        #expect(list.calls.map { $0.record.call } == ["2", "1"])
        #expect(list.calls[0].startedMilliseconds == 2_000)
        #expect(list.calls[0].endedMilliseconds == 2_500)
        #expect(!list.isCut)
    }

    /// A file can say anything.
    @Test(arguments: [Int.min, Int.min + 1_000_000, -1, .max])
    func aTimeBeyondTheCalendarIsTakenAsItIs(time: Int) {
        var end = call(1)[1]
        end.timeMilliseconds = time
        end.talkSeconds = 1e9
        var query = HistoryQuery()
        query.sinceMilliseconds = .min
        let list = HistoryList([end], query)
        #expect(list.calls.map { $0.startedMilliseconds } == [time])
    }

    /// Who answers a call of a channel is known only at its end.
    @Test func aCallOfAChannelIsOneCall() {
        var records = call(1)
        records[1].peer = "attic"
        let list = HistoryList(records, HistoryQuery())
        #expect(list.calls.map { $0.record.peer } == ["attic"])
        #expect(list.calls[0].startedMilliseconds == 1_000)
        #expect(HistoryRecord.open(in: records).isEmpty)
    }

    @Test func onlyWhatIsAskedForIsListed() {
        let records = call(1, missed: true) + call(2) + call(3, missed: true)
        var query = HistoryQuery()
        query.isMissed = true
        #expect(HistoryList(records, query).calls.map { $0.record.call } == ["3", "1"])
        query.sinceMilliseconds = 2_000
        #expect(HistoryList(records, query).calls.map { $0.record.call } == ["3"])
        query = HistoryQuery()
        query.limit = 1
        query.skip = 1
        let list = HistoryList(records, query)
        #expect(list.calls.map { $0.record.call } == ["2"] && list.isCut)
    }

    @Test func aReplyHoldsAsManyAsThereMayBe() {
        var records = (1...400).flatMap { call($0) }
        let long = String(repeating: "n", count: 31)
        for place in records.indices {
            records[place].call += "-" + String(repeating: "0", count: 36)
            (records[place].peer, records[place].channel) = (long, long)
            records[place].answeredBy = long
        }
        let reply = Reply.history(HistoryList(records, HistoryQuery()))
        #expect(reply.encoded.count < ControlLimits.reply)
        #expect(throws: Never.self) { try Reply(parsing: Array(reply.encoded.dropLast()).span) }
    }
}
