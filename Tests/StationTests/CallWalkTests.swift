import Foundation
import Seeds
import Station
import Testing
import Time
import Wire

/// Whatever people, networks and power supplies do, stations finally agree on who talks.
@Suite struct CallWalkTests {
    private static let environment = ProcessInfo.processInfo.environment
    /// A million with `tools/test --all`, or as many as INTERCOM_WALK_EVENTS sets.
    static let events =
        environment["INTERCOM_WALK_EVENTS"].flatMap { Int($0) } ?? (isLongRun ? 1_000_000 : 50_000)
    static let seed = testSeed()

    @Test(arguments: 2...5)
    func stationsAgreeInTheEnd(_ count: Int) {
        var done = 0
        var round: UInt64 = 0
        while done < Self.events / 4 {
            let seed = Self.seed &+ UInt64(count) << 32 &+ round
            round += 1
            var world = CallWorld(count, seed: seed)
            walk(&world, acts: 400)
            rest(&world)
            done += world.events
            let found = world.disagreements()
            #expect(found == [], "INTERCOM_SEED=\(Self.seed), \(count) stations, seed \(seed)")
            if !found.isEmpty { return }
        }
        print("\(count) stations: \(done) events in \(round) rounds, INTERCOM_SEED=\(Self.seed)")
    }

    /// The checker notices when a BYE is lost for good and nothing repeats it.
    @Test func theCheckTripsWhenTheEndOfACallIsLost() {
        var world = CallWorld(2)
        world.connected()
        world.swallows = {
            switch $0 {
            case .bye, .stream: true
            default: false
            }
        }
        world.hangUp(0, wait: .zero)
        rest(&world)
        #expect(world.disagreements() == ["station 1 is in call 2 with 0 alone"])
    }

    /// And when a record is missing.
    @Test func theCheckTripsWhenACrashIsNotRecovered() {
        var world = CallWorld(2)
        world.connected()
        world.crash(1, recovers: false)
        rest(&world)
        #expect(world.disagreements() == ["station 1, call 2: 1 starts, 0 ends, over"])
    }

    private func walk(_ world: inout CallWorld, acts: Int) {
        for _ in 0..<acts {
            let count = world.stations.count
            let own = world.draw(count)
            switch world.draw(20) {
            case 0...3: dial(&world, from: own)
            case 4...7: world.answer(own, wait: .zero)
            case 8: world.reject(own, wait: .zero)
            case 9...11: world.hangUp(own, wait: .zero)
            case 12:
                if world.draw(4) == 0 { world.crash(own) }
            case 13:
                world.lossPercent = [0, 5, 30, 60][world.draw(4)]
                world.delayMaxMs = [1, 30, 300, 1500][world.draw(4)]
            case 14:
                let other = world.draw(count)
                let pair = [min(own, other), max(own, other)]
                if world.cut.remove(pair) == nil { world.cut.insert(pair) }
            case 15:
                if world.resting.remove(own) == nil { world.resting.insert(own) }
            case 16:
                world.policy = Policy(
                    call: Policy.Answering.allCases[world.draw(3)], dropIn: world.draw(2) == 0,
                    monitor: world.draw(2) == 0, emergency: world.draw(2) == 0)
            default:
                world.run(for: .milliseconds([10, 100, 1000, 4000][world.draw(4)]))
            }
            for _ in 0..<world.draw(20) { world.step() }
        }
    }

    private func dial(_ world: inout CallWorld, from own: Int) {
        let others = world.stations.indices.filter { $0 != own }
        let mode: [Offer.Mode] = [.call, .call, .call, .announce, .dropIn, .listenIn]
        let isGroup = world.draw(3) == 0
        world.call(
            own, isGroup ? others : [others[world.draw(others.count)]],
            mode: isGroup ? .call : mode[world.draw(6)],
            priority: world.draw(8) == 0 ? .emergency : .normal, isJoined: world.draw(2) != 0)
    }

    /// No person acts any more, the network is well again, and all that can end does.
    private func rest(_ world: inout CallWorld) {
        world.lossPercent = 0
        world.delayMaxMs = 5
        world.cut = []
        // An announcement ends by itself after a minute, and its end has to arrive.
        world.run(for: .seconds(70))
    }
}
