import Seeds
import Station
import Testing
import Time
import Wire

@Suite struct GestureTests {
    func at(_ milliseconds: Int) -> Instant {
        Instant(nanoseconds: Int64(milliseconds) * 1_000_000)
    }

    func key(
        press: Bool = false, hold: Bool = false, double: Bool = false,
        debounce: Duration = .zero, isDown: Bool = false
    ) -> Gesture {
        Gesture(.init(press: press, hold: hold, double: double, debounce: debounce), isDown: isDown)
    }

    /// Lets the moments pass at which the key changes, ticking at each deadline on the way.
    func touches(_ key: inout Gesture, _ changes: [Int], until end: Int = 5000) -> [String] {
        var found: [String] = []
        var isDown = false
        for moment in changes + [end] {
            while let due = key.deadline, due < at(moment) {
                if let touch = key.handle(.tick, at: due) {
                    found.append("\(touch) \(due.nanoseconds / 1_000_000)")
                }
            }
            guard moment < end else { break }
            isDown.toggle()
            if let touch = key.handle(.level(isDown: isDown), at: at(moment)) {
                found.append("\(touch) \(moment)")
            }
        }
        return found
    }

    fileprivate struct Course: CustomTestStringConvertible {
        var knows: String
        var debounce = 0
        let changes: [Int]
        let touches: [String]
        var testDescription: String { "\(knows): \(changes)" }
    }

    @Test(arguments: [
        // Presses alone act at once.
        Course(
            knows: "press", changes: [100, 2000, 2100, 2150], touches: ["press 100", "press 2100"]),
        // With holds they act at the release, or after half a second.
        Course(knows: "press hold", changes: [100, 599], touches: ["press 599"]),
        Course(knows: "press hold", changes: [100, 3000], touches: ["hold 600"]),
        // With double presses they wait for the second.
        Course(knows: "press double", changes: [100, 200], touches: ["press 500"]),
        Course(knows: "press double", changes: [100, 200, 499, 600], touches: ["double 499"]),
        Course(
            knows: "press double", changes: [100, 200, 501, 600],
            touches: ["press 500", "press 900"]),
        // A long press is a press where holds mean nothing.
        Course(
            knows: "press double", changes: [100, 3000, 3100, 3150],
            touches: ["press 600", "press 3450"]),
        // A touch without a meaning is not told.
        Course(knows: "hold", changes: [0, 100, 200, 300], touches: []),
        Course(knows: "double", changes: [0, 100, 1000, 2000], touches: []),
        Course(
            knows: "press double", debounce: 10, changes: [0, 3, 5, 100, 102, 104],
            touches: ["press 414"]),
    ])
    fileprivate func touchesMeanWhatTheKeyKnows(_ course: Course) {
        var key = key(
            press: course.knows.contains("press"), hold: course.knows.contains("hold"),
            double: course.knows.contains("double"), debounce: .milliseconds(course.debounce))
        #expect(touches(&key, course.changes) == course.touches)
    }

    @Test func allThreeAreToldApart() {
        var key = key(press: true, hold: true, double: true)
        let changes = [0, 100, 1000, 2000, 3000, 3100, 3200, 4500]
        #expect(touches(&key, changes, until: 9000) == ["press 400", "hold 1500", "double 3200"])
    }

    @Test func aHoldLastsUntilTheRelease() {
        var key = key(hold: true)
        _ = key.handle(.level(isDown: true), at: at(0))
        #expect(key.sustained == nil)
        #expect(key.handle(.tick, at: at(500)) == .hold)
        #expect(key.sustained == .hold)
        #expect(key.handle(.level(isDown: false), at: at(4000)) == nil)
        #expect(key.sustained == nil)
    }

    @Test func aReleaseThatIsReadLateWasAHoldAllTheSame() {
        var key = key(press: true, hold: true)
        _ = key.handle(.level(isDown: true), at: at(0))
        #expect(key.handle(.level(isDown: false), at: at(700)) == .hold)
        #expect(key.sustained == nil)
    }

    @Test func aKeyHeldAtTheStartMeansNothingUntilReleased() {
        var key = key(press: true, hold: true, isDown: true)
        #expect(key.handle(.tick, at: at(900)) == nil)
        #expect(key.handle(.level(isDown: false), at: at(1000)) == nil)
        #expect(key.handle(.level(isDown: true), at: at(2000)) == nil)
        #expect(key.handle(.level(isDown: false), at: at(2100)) == .press)
    }

    @Test func aKeyThatCannotBeReadMeansNothing() {
        var key = key(press: true, hold: true, double: true)
        _ = key.handle(.level(isDown: true), at: at(0))
        #expect(key.handle(.unreadable, at: at(100)) == nil)
        #expect(key.deadline == nil)
        #expect(key.handle(.level(isDown: false), at: at(900)) == nil)
    }

    @Test func aDeadlineIsNeverLeftBehind() {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        for _ in 0..<500 {
            var key = key(
                press: random.next() & 1 == 0, hold: random.next() & 1 == 0,
                double: random.next() & 1 == 0, debounce: .milliseconds(Int(random.next() % 20)))
            var now = at(0)
            for _ in 0..<100 {
                now = now + .milliseconds(Int(random.next() % 700))
                if random.next() % 9 == 0 {
                    _ = key.handle(.unreadable, at: now)
                } else {
                    _ = key.handle(.level(isDown: random.next() & 1 == 0), at: now)
                }
                var turns = 0
                while let due = key.deadline, due <= now {
                    _ = key.handle(.tick, at: now)
                    turns += 1
                    #expect(turns < 4, "seed \(seed)")
                    if turns >= 4 { return }
                }
            }
        }
    }
}
