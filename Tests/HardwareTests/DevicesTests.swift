import Audio
import Config
import HAL
import Realtime
import Station
import Testing
import Time

@testable import Media

/// What can be said of cards and lines without any.
@Suite struct DevicesTests {
    private static let text = """
        [station]
        name = kitchen
        [audio]
        input = card:Mic
        output = none
        [button a]
        line = GPIO17
        talk = house
        [channel house]
        members = *

        """
    private let now = Instant(nanoseconds: 0)

    private func config(_ text: String) throws -> Config {
        let source = ConfigSource(role: .main, path: "x.conf", bytes: Array(text.utf8))
        return try Config([source], paths: Paths(stateDirectory: nil, runtimeDirectory: nil))
    }

    /// What the media loop is told of the one key.
    private var plan: MediaPlan {
        let settings = TalkKey.Settings(
            mode: .momentary, debounce: .zero, tail: .zero, talkMax: .seconds(60))
        return MediaPlan(
            targets: [],
            keys: [.init(settings: settings, vox: nil, target: nil, meaning: .talk)],
            virtualKeys: { _ in settings }, gains: [], profile: .voice,
            periodSamples: 480, preroll: .zero)
    }

    @Test func aKeyIsStuckUntilItIsLetGo() throws {
        var lines = Lines(try config(Self.text))
        let isThere = lines.moved(key: 0, isDown: true, at: now)
        lines.timedOut(key: 0)
        #expect(isThere && lines.keys[0].isStuck && lines.keys[0].pressedAt == now)
        _ = lines.moved(key: 0, isDown: false, at: now + .seconds(1))
        #expect(!lines.keys[0].isStuck && lines.keys[0].isDown == false)
        // Let go in the same moment, it is not.
        lines.timedOut(key: 0)
        #expect(!lines.keys[0].isStuck)
    }

    @Test func aKeyOfOtherSettingsChangesNothing() throws {
        var lines = Lines(try config(Self.text))
        let hasMoved = lines.moved(key: 1, isDown: true, at: now)
        lines.timedOut(key: 1)
        #expect(!hasMoved && lines.keys.count == 1 && lines.keys[0].isDown == nil)
    }

    /// Nothing comes back then, so nothing would end the wait for it.
    @Test func aCardThatWasNotOpenIsNotWaitedFor() throws {
        var cards = Cards(try config(Self.text).audio)
        let other = try config(Self.text.replacing("card:Mic", with: "card:Other")).audio
        cards.configure(other, try Rings())
        #expect(cards.input.name == other.input && !cards.input.isLeaving)
    }

    @Test func volumesAreToldOnlyWhereTheyAreOthers() throws {
        var devices = Devices(try config(Self.text))
        let rings = try Rings()
        var volumes = MediaVolumes()
        devices.tell(volumes, rings)
        volumes.isMicrophoneMuted = true
        devices.tell(volumes, rings)
        devices.tell(volumes, rings)
        var told = 0
        while let command = rings.commands.pop() {
            if case .volumes(let volumes) = command, volumes.isMicrophoneMuted { told += 1 }
        }
        #expect(told == 1 && devices.toldVolumes == volumes)
    }

    @Test func aFormerSettingThatComesBackIsHandedOutAtOnce() throws {
        let config = try config(Self.text)
        var devices = Devices(config)
        let rings = try Rings()
        let plan = plan
        for _ in 0..<2 {
            let change = try MediaChange(
                from: plan, to: plan, formerKeys: [0],
                firstSequences: plan.targets.map { _ in 0 }, at: now)
            let refused = rings.returns.push(.change(Box(change)))
            guard case .none = consume refused else {
                Issue.record("there is no room")
                return
            }
        }
        var count = 0
        while devices.takeReturns(rings, at: now) { count += 1 }
        #expect(count == 2)
    }
}

@Suite struct BackoffTests {
    func at(_ milliseconds: Int64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    @Test func theFirstAttemptIsAtOnceAndLaterOnesGrowApart() {
        var backoff = Backoff()
        #expect(backoff.isDue(at: at(0)))
        var waits: [Int64] = []
        var now = at(0)
        for _ in 0..<6 {
            backoff.failed(at: now)
            waits.append((backoff.due - now).milliseconds)
            now = backoff.due
        }
        #expect(waits == [500, 1000, 2000, 2000, 2000, 2000])
    }

    @Test func whatWasLostIsTriedSoon() {
        var backoff = Backoff()
        for _ in 0..<6 { backoff.failed(at: at(0)) }
        backoff.succeeded(at: at(0))
        backoff.lost(at: at(100_000))
        #expect(!backoff.isDue(at: at(100_499)))
        #expect(backoff.isDue(at: at(100_500)))
    }

    @Test func whatOpensAndFailsAtOnceIsTriedEverMoreSeldom() {
        var backoff = Backoff()
        var waits: [Int64] = []
        var now = at(0)
        for _ in 0..<6 {
            backoff.succeeded(at: now)
            #expect(backoff.isDue(at: now))
            backoff.lost(at: now)
            waits.append((backoff.due - now).milliseconds)
            now = backoff.due
        }
        #expect(waits == [500, 1000, 2000, 2000, 2000, 2000])
    }
}
