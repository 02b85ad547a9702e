import Foundation
import HAL
import Report
import Testing
import Time

@testable import Files

/// A folder of one test, removed with it.
private final class Folder {
    let path = "/tmp/history-\(UInt64.random(in: 0 ..< .max))"

    init() throws { try FileStore.makeDirectory(path, mode: 0o700) }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func bytes(_ name: String) -> [UInt8] {
        (try? FileStore.read("\(path)/\(name)", limit: 1 << 24)) ?? []
    }
}

private func record(_ number: Int, _ phase: HistoryRecord.Phase = .end) -> HistoryRecord {
    var record = HistoryRecord()
    (record.call, record.phase, record.peer) = ("call-\(number)", phase, "attic")
    record.timeMilliseconds = number
    return record
}

private let hour = 3_600_000

/// A call that did not reach the station, or, with another cause, one that came.
private func missed(
    _ time: Int, of peer: String = "attic", cause: HistoryRecord.Cause = .notReachable
) -> HistoryRecord {
    var missed = record(time)
    (missed.peer, missed.direction, missed.cause) = (peer, .incoming, cause)
    return missed
}

/// The records of a file, in which nothing is damaged.
private func kept(_ bytes: [UInt8]) throws -> [HistoryRecord] {
    var file = HistoryFile()
    file.add(bytes)
    try #require(file.damaged == 0)
    return file.records
}

extension History {
    /// Waits until the disk has taken everything.
    fileprivate mutating func settle(at now: Instant) -> [String] {
        var notices = tick(at: now)
        while isAsking {
            Clock.sleep(.milliseconds(1))
            notices += tick(at: now)
        }
        return notices
    }

    /// The times of those calls of a peer in vain that are news.
    fileprivate func news(of peer: String, at times: [Int], wall: Int = 5 * hour) -> [Int] {
        var news: [Int] = []
        for time in times where isNews(missed(time, of: peer), wall: wall) { news.append(time) }
        return news
    }

    fileprivate mutating func list(at now: Instant) -> HistoryList {
        ask(HistoryQuery())
        while true {
            _ = tick(at: now)
            if let list = nextList() { return list }
            Clock.sleep(.milliseconds(1))
        }
    }
}

@Suite struct HistoryTests {
    private let start = Instant(nanoseconds: 0)

    @Test func aCallOpenWhenItFellIsEndedAtTheNextStart() throws {
        let folder = try Folder()
        do {
            var history = History(in: folder.path)
            _ = history.append(record(1, .start), at: start)
            // What it is told last is on the disk when it closes.
            #expect(history.close(at: start, within: .seconds(30)).isEmpty)
        }
        var history = History(in: folder.path)
        _ = history.begin(wall: 9, at: start)
        let calls = history.list(at: start).calls
        #expect(calls.map { $0.record.cause } == [.crash])
        _ = history.begin(wall: 10, at: start)
        #expect(try kept(folder.bytes("history")).count == 2)
    }

    @Test func aCallThatDidNotReachTheStationIsNewsOnceAlsoAfterTheNextStart() throws {
        let folder = try Folder()
        var history = History(in: folder.path)
        let first = history.news(of: "attic", at: [2 * hour])
        #expect(first == [2 * hour])
        _ = history.append(missed(2 * hour), at: start)
        let ended = history.lastEnded
        #expect(ended == nil)
        _ = history.append(missed(3 * hour, of: "garage", cause: .noAnswer), at: start)
        for run in 0..<2 {
            // Neither the same one, nor one before, nor one soon after.
            let times = [hour, 2 * hour, 3 * hour - 1, 3 * hour]
            let news = history.news(of: "attic", at: times)
            #expect(news == [3 * hour], "run \(run)")
            // One came, and no answer got back.
            let minutes = [2 * hour, 3 * hour + 59_999, 3 * hour + 60_000]
            let later = history.news(of: "garage", at: minutes)
            #expect(later == [3 * hour + 60_000], "run \(run)")
            // The clock ran ahead when it was reported.
            let corrected = history.news(of: "attic", at: [0], wall: hour)
            #expect(corrected == [0], "run \(run)")
            _ = history.close(at: start, within: .seconds(30))
            history = History(in: folder.path)
            _ = history.begin(wall: 9, at: start)
        }
    }

    @Test func aPeerThatInventsCallsFillsNoHistory() throws {
        let folder = try Folder()
        var history = History(in: folder.path)
        var count = 0
        for time in stride(from: 0, to: 24 * hour, by: 60_000) {
            guard history.isNews(missed(time), wall: time) else { continue }
            _ = history.append(missed(time), at: start)
            count += 1
        }
        #expect(count == 24)
    }

    @Test func whatIsTornOrDamagedIsCountedAndPassedOver() throws {
        let folder = try Folder()
        var bad = record(2).encoded
        bad[0] ^= 1
        let torn = record(4).encoded.dropLast(3)
        let bytes = record(1).encoded + bad + record(3).encoded + torn
        try FileStore.write(bytes.span, to: "\(folder.path)/history", mode: 0o600)
        var history = History(in: folder.path)
        #expect(history.begin(wall: 9, at: start).isEmpty && history.damaged == 2)
        // What follows a line that was cut short is whole.
        _ = history.append(record(5), at: start)
        _ = history.settle(at: start)
        #expect(history.list(at: start).calls.count == 3)
    }

    @Test func aFileThatCannotBeReadIsSaid() throws {
        let folder = try Folder()
        try FileStore.makeDirectory("\(folder.path)/history.1", mode: 0o700)
        var history = History(in: folder.path)
        let notices = history.begin(wall: 9, at: start)
        #expect(notices.count == 1 && notices[0].contains("history"))
    }

    @Test func fourFilesHoldAllThereIsAndNoMore() throws {
        let folder = try Folder()
        var history = History(in: folder.path)
        for number in 0..<6_000 {
            _ = history.append(record(number), at: start)
            if number % 100 == 0 { _ = history.settle(at: start) }
        }
        _ = history.settle(at: start)
        for name in ["history", "history.1", "history.2", "history.3"] {
            #expect((1...History.fileMax).contains(folder.bytes(name).count))
            #expect(try !kept(folder.bytes(name)).isEmpty)
        }
        #expect(folder.bytes("history.4").isEmpty)
        #expect(history.list(at: start).calls.first?.record == record(5_999))
        let former = history.formerCalls()
        #expect(former.count == 64 && former.first == "call-5999")
    }

    @Test func withoutADiskItWaitsInBoundsAndIsWrittenLater() throws {
        let folder = try Folder()
        var history = History(in: "\(folder.path)/absent")
        var notices: [String] = []
        for number in 0..<1_000 {
            notices += history.append(record(number), at: start)
            if number == 0 { notices += history.settle(at: start) }
        }
        #expect(notices.count == 1 && history.problem != nil)
        let list = history.list(at: start)
        #expect(history.lost > 0 && list.calls.count + history.lost > 299)
        #expect(list.problem == history.problem?.sentence)
        let lost = history.lost
        try FileStore.makeDirectory("\(folder.path)/absent", mode: 0o700)
        notices += history.tick(at: start + .seconds(29))
        #expect(history.problem != nil)
        notices += history.settle(at: start + .seconds(31))
        let again = "history: written again, without \(lost) records for which there was no room"
        #expect(notices.last == again && history.problem == nil)
        let records = try kept(folder.bytes("absent/history"))
        #expect(records.count == 1_000 - lost && records.last == record(999))
    }
}

@Suite struct StateKeeperTests {
    private let start = Instant(nanoseconds: 0)

    /// Somebody sets how loud it rings; whether that is a change.
    private func ring(
        at percent: Int, _ keeper: inout StateKeeper, after time: Duration = .zero
    ) throws -> Bool {
        try keeper.apply(
            .volume(.ring, .to(percent)), among: [], at: start + time, milliseconds: 0) != nil
    }

    @Test func aChangeIsWrittenWhenItRestsAndFoundAgain() throws {
        let folder = try Folder()
        var keeper = StateKeeper(in: folder.path)
        #expect(try ring(at: 30, &keeper))
        #expect(try !ring(at: 30, &keeper))
        _ = keeper.tick(at: start + .seconds(2))
        #expect(folder.bytes("state").isEmpty)
        _ = keeper.tick(at: start + .seconds(3))
        #expect(keeper.close(at: start + .seconds(3), within: .seconds(30)) == nil)
        var next = StateKeeper(in: folder.path)
        _ = next.begin()
        #expect(next.state.volumes[.ring] == 30)
    }

    @Test func aKnobThatIsTurnedForMinutesIsWrittenAllTheSame() throws {
        let folder = try Folder()
        var keeper = StateKeeper(in: folder.path)
        for second in 0...40 {
            _ = try ring(at: second, &keeper, after: .seconds(second))
            _ = keeper.tick(at: start + .seconds(second))
        }
        #expect(keeper.close(at: start, within: .seconds(30)) == nil)
        #expect(keeper.state.volumes[.ring] == 40)
        var next = StateKeeper(in: folder.path)
        _ = next.begin()
        #expect(next.state.volumes[.ring] == 40)
    }

    @Test func whatCannotBeWrittenIsSaidOnceAndTriedAgain() throws {
        let folder = try Folder()
        var keeper = StateKeeper(in: "\(folder.path)/absent")
        #expect(try ring(at: 30, &keeper))
        let notice = keeper.close(at: start, within: .seconds(30))
        let problem = try #require(keeper.problem)
        #expect(notice == problem.sentence(ofWaiting: "state"))
        #expect(keeper.close(at: start, within: .seconds(30)) == nil)
        try FileStore.makeDirectory("\(folder.path)/absent", mode: 0o700)
        #expect(keeper.close(at: start, within: .seconds(30)) == "state: written again")
        #expect(keeper.problem == nil && !folder.bytes("absent/state").isEmpty)
    }

    @Test func aDamagedFileIsSetAsideAndSaid() throws {
        let folder = try Folder()
        try FileStore.write(Array("{}\n".utf8).span, to: "\(folder.path)/state", mode: 0o600)
        var keeper = StateKeeper(in: folder.path)
        let notice = keeper.begin()
        #expect(
            notice?.hasSuffix("/state: it is damaged; volumes, mutes and do-not-disturb begin anew")
                == true)
        #expect(keeper.state == SavedState())
        #expect(folder.bytes("state.bad") == Array("{}\n".utf8))
    }
}

@Suite struct EventHookTests {
    @Test func fourRunAtOnceOthersWaitAndWhatHangsIsEnded() throws {
        let folder = try Folder()
        let script = try program(
            in: folder,
            """
            echo "$INTERCOM_EVENT" >> \(folder.path)/out
            exec sleep 600
            """)
        var hook = EventHook()
        var complaints: [String] = []
        for _ in 0..<40 { hook.add(Event(.xrun, at: 1), program: script) }
        #expect(hook.left == 40 - EventHook.waitingMax)
        var now = Instant(nanoseconds: 0)
        if let complaint = hook.tick(at: now) { complaints.append(complaint) }
        while folder.bytes("out").count < 20 { Clock.sleep(.milliseconds(5)) }
        #expect(folder.bytes("out") == Array(String(repeating: "xrun\n", count: 4).utf8))
        now = now + .seconds(11)
        while complaints.isEmpty {
            if let complaint = hook.tick(at: now) { complaints.append(complaint) }
            Clock.sleep(.milliseconds(5))
        }
        #expect(complaints == ["on-event: the program took longer than 10 s, and was ended"])
        complaints += close(&hook, at: now)
        #expect(complaints.count == 1)
    }

    @Test func aPeerWithManyEventsHoldsUpNoOther() throws {
        let folder = try Folder()
        let script = try program(
            in: folder,
            """
            echo "$INTERCOM_PEER" >> \(folder.path)/out
            [ "$INTERCOM_PEER" = garage ] || exec sleep 600
            """)
        var hook = EventHook()
        func add(_ peer: String, _ count: Int) {
            for _ in 0..<count {
                var event = Event(.peerUp, at: 1)
                event.peer = peer
                hook.add(event, program: script)
            }
        }
        let now = Instant(nanoseconds: 0)
        add("attic", 3)
        _ = hook.tick(at: now)
        add("attic", 100)
        add("garage", 5)
        #expect(hook.left == 100 + 5 - EventHook.waitingMax)
        let end = Clock.now() + .seconds(30)
        while folder.bytes("out").count < 3 * 6 + 5 * 7, Clock.now() < end {
            _ = hook.tick(at: now)
            Clock.sleep(.milliseconds(5))
        }
        let ran = String(decoding: folder.bytes("out"), as: UTF8.self)
        #expect(ran.split(separator: "\n").count { $0 == "garage" } == 5)
        _ = close(&hook, at: now)
    }

    /// Makes a program that does nothing without an event, and waits until it can be run.
    private func program(in folder: Folder, _ lines: String) throws -> String {
        let path = "\(folder.path)/program"
        let text = "#!/bin/sh\n[ \"$INTERCOM_EVENT\" ] || exit 0\n\(lines)\n"
        try FileStore.write(Array(text.utf8).span, to: path, mode: 0o700)
        try awaitStartable(path)
        return path
    }

    /// Ends what runs: other tests wait for children of this process, and must not find these.
    private func close(_ hook: inout EventHook, at now: Instant) -> [String] {
        var complaints: [String] = []
        hook.close()
        while hook.deadline(at: now) != nil {
            if let complaint = hook.tick(at: now) { complaints.append(complaint) }
            Clock.sleep(.milliseconds(5))
        }
        return complaints
    }

    /// Waits until the kernel runs a program that was just written.
    ///
    /// A program that another test started meanwhile has a copy of the descriptor it was written
    /// through until it begins, and the kernel runs no file that is open for writing.
    private func awaitStartable(_ path: String) throws {
        let deadline = Clock.now() + .seconds(10)
        while true {
            do throws(SystemError) {
                let program = try ChildProgram(path, environment: [])
                while program.ended() == nil { Clock.sleep(.milliseconds(1)) }
                return
            } catch {
                guard error.errno == ETXTBSY, Clock.now() < deadline else { throw error }
                Clock.sleep(.milliseconds(1))
            }
        }
    }
}
