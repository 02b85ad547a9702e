package import Config
internal import Files
package import HAL
package import Realtime
package import Station
package import Time

/// The lines: keys, which the media loop reads, and lamps and relays, which stay here.
///
/// Absent or busy lines are retried for ever, as cards are.
package struct Lines: ~Copyable {
    package struct Key {
        package var button: Config.Button
        package var error: GPIOError?
        package var isOpen: Bool
        /// Whether the key is down; nil until the media loop has read it.
        package var isDown: Bool?
        /// When the key last went down.
        package var pressedAt: Instant?
        /// Whether the key was held past the limit, and is still down.
        package var isStuck = false
        var backoff = Backoff()
    }

    package struct Lamp: ~Copyable {
        package var lamp: Config.Lamp
        package var output = HeldLine()
        package var isOn = false
        /// When the lamp began to show something, and when its rhythm changes next.
        package var since: Instant?
        package var changesAt: Instant?

        package var isShowing: Bool { since != nil }
    }

    /// A line, by its place, that opened (nil) or failed to open for a new reason.
    ///
    /// Or a relay that now rests for some time, and its last requester.
    package enum Change {
        case key(Int, GPIOError?)
        case lamp(Int, GPIOError?)
        case relay(Int, GPIOError?)
        case relayRests(Int, Duration, askedBy: String)
    }

    package var keys: [Key]
    package var lamps: FixedArray<Lamp>
    package var relays: FixedArray<Relay>

    package init(_ config: Config) {
        keys = config.buttons.map { Key(button: $0, isOpen: $0.isVoiceOperated) }
        lamps = FixedArray(count: config.lamps.count) { Lamp(lamp: config.lamps[$0]) }
        relays = FixedArray(count: config.relays.count) { Relay(relay: config.relays[$0]) }
    }

    /// Takes over other settings: unchanged lines stay open, the others are opened anew.
    ///
    /// The media loop hands back the lines of removed keys.
    package mutating func configure(_ config: Config) {
        keys = config.buttons.map { button in
            guard var key = keys.first(where: { $0.button.hasLine(of: button) }) else {
                return Key(button: button, isOpen: button.isVoiceOperated)
            }
            key.button = button
            return key
        }
        var former = FixedArray(count: config.lamps.count) { Lamp(lamp: config.lamps[$0]) }
        swap(&former, &lamps)
        for place in lamps.indices {
            guard
                let other = former.indices.first(where: {
                    former[$0].lamp.hasLine(of: lamps[place].lamp)
                })
            else { continue }
            swap(&lamps[place], &former[other])
            lamps[place].lamp = config.lamps[place]
        }
        configureRelays(config)
    }

    /// Opens the lines that are closed and due.
    ///
    /// - Returns: Lines that opened, new failures, and relays that began to rest.
    package mutating func tick(at now: Instant, _ rings: Rings) -> [Change] {
        var changes: [Change] = []
        for place in keys.indices where !keys[place].isOpen && keys[place].backoff.isDue(at: now) {
            let before = keys[place].error
            openKey(place, at: now, rings)
            if keys[place].isOpen || keys[place].error != before {
                changes.append(.key(place, keys[place].error))
            }
        }
        for place in lamps.indices where lamps[place].output.isDue(at: now) {
            let (lamp, isOn) = (lamps[place].lamp, lamps[place].isOn)
            let isNews = lamps[place].output.open(
                lamp.line, activeLow: lamp.isActiveLow, isOn, of: lamp.name, at: now)
            if isNews { changes.append(.lamp(place, lamps[place].output.error)) }
        }
        for place in relays.indices where relays[place].output.isDue(at: now) {
            let relay = relays[place].relay
            let isNews = relays[place].output.open(
                relay.line, activeLow: relay.isActiveLow, false, of: relay.name, at: now)
            if isNews { changes.append(.relay(place, relays[place].output.error)) }
        }
        updateRelays(at: now)
        for place in relays.indices {
            guard let rest = relays[place].pulse.takeNewRest() else { continue }
            changes.append(.relayRests(place, rest, askedBy: relays[place].askedBy))
        }
        return changes
    }

    private mutating func openKey(_ place: Int, at now: Instant, _ rings: Rings) {
        let button = keys[place].button
        do throws(GPIOError) {
            let line = try InputLine(button, consumer: "intercomd \(button.name)")
            rings.tell(.key(KeyLine(line, of: place)))
            keys[place].isOpen = true
            keys[place].isDown = nil
            keys[place].error = nil
            keys[place].backoff.succeeded(at: now)
        } catch {
            keys[place].error = error
            keys[place].backoff.failed(at: now)
        }
    }

    /// Lights each lamp in the rhythm given by `pattern`, and darkens those without one.
    package mutating func show(at now: Instant, _ pattern: (Config.Lamp.Show) -> LampPattern?) {
        for place in lamps.indices {
            guard let pattern = pattern(lamps[place].lamp.show) else {
                lamps[place].since = nil
                lamps[place].changesAt = nil
                set(place, false, at: now)
                continue
            }
            let since = lamps[place].since ?? now
            let look = pattern.look(since: since, at: now)
            lamps[place].since = since
            lamps[place].changesAt = look.until
            set(place, look.isLit, at: now)
        }
    }

    /// Whether there is a lamp for this, with an open line.
    package func canShow(_ show: Config.Lamp.Show) -> Bool {
        lamps.indices.contains { lamps[$0].lamp.show == show && lamps[$0].output.isOpen }
    }

    private mutating func set(_ place: Int, _ isOn: Bool, at now: Instant) {
        guard isOn != lamps[place].isOn else { return }
        lamps[place].isOn = isOn
        lamps[place].output.set(isOn, at: now)
    }

    /// Whether any line that should be open is not.
    package var hasFault: Bool {
        if keys.contains(where: { !$0.isOpen }) { return true }
        for place in lamps.indices where lamps[place].output.error != nil { return true }
        for place in relays.indices where relays[place].output.error != nil { return true }
        return false
    }

    /// When the next attempt, or the next change of a lamp or a relay, is due; nil for never.
    package var deadline: Instant? {
        var dues = keys.map { $0.isOpen ? nil : $0.backoff.due }
        for place in lamps.indices {
            dues += [lamps[place].output.retry, lamps[place].changesAt]
        }
        for place in relays.indices {
            dues += [relays[place].output.retry, relays[place].pulse.deadline]
        }
        return dues.compactMap { $0 }.min()
    }
}

/// The line of a lamp or a relay, opened again when it is gone.
package struct HeldLine: ~Copyable {
    private var line: OutputLine?
    /// Why the line is not open; nil also before the first attempt.
    package private(set) var error: GPIOError?
    private var backoff = Backoff()

    var isOpen: Bool { line != nil }

    func isDue(at now: Instant) -> Bool { !isOpen && backoff.isDue(at: now) }

    /// Tries to open the line.
    ///
    /// - Returns: Whether the outcome is news: a failure is reported once.
    mutating func open(
        _ line: String, activeLow: Bool, _ isOn: Bool, of name: String, at now: Instant
    ) -> Bool {
        let before = error
        do throws(GPIOError) {
            self.line = try OutputLine(
                name: line, activeLow: activeLow, isActive: isOn, consumer: "intercomd \(name)")
            error = nil
            backoff.succeeded(at: now)
            return true
        } catch {
            self.error = error
            backoff.failed(at: now)
            return error != before
        }
    }

    /// Switches the line; a line that fails is closed, as nothing else can be done.
    mutating func set(_ isOn: Bool, at now: Instant) {
        do throws(GPIOError) {
            try line?.set(isOn)
        } catch {
            line = nil
            self.error = error
            backoff.lost(at: now)
        }
    }

    mutating func close() { line = nil }

    /// When to try again; nil while nothing is wrong.
    var retry: Instant? { error == nil ? nil : backoff.due }
}

extension Config.Button {
    /// Whether the other button is read from the same line in the same way.
    package func hasLine(of other: Config.Button) -> Bool {
        if isVoiceOperated || other.isVoiceOperated {
            return isVoiceOperated && other.isVoiceOperated && name == other.name
        }
        return line == other.line && bias == other.bias && active == other.active
    }
}

extension Config.Lamp {
    /// Whether the other lamp is on the same line, lit in the same way.
    package func hasLine(of other: Config.Lamp) -> Bool {
        line == other.line && active == other.active
    }
}

/// Changes of buttons that the media loop reports, by their places.
///
/// A place that does not exist is of the old settings: the `adopted` event was lost because the
/// ring buffer was full.
extension Lines {
    /// Notes that a key went down or up.
    ///
    /// - Returns: Whether there is such a key.
    package mutating func moved(key place: Int, isDown: Bool, at now: Instant) -> Bool {
        guard keys.indices.contains(place) else { return false }
        keys[place].isDown = isDown
        if isDown {
            keys[place].pressedAt = now
        } else {
            keys[place].isStuck = false
        }
        return true
    }

    /// Notes that a key was held for longer than it may open the microphone.
    package mutating func timedOut(key place: Int) {
        guard keys.indices.contains(place) else { return }
        keys[place].isStuck = keys[place].isDown == true
    }

    /// Notes that a key could not be read.
    ///
    /// - Returns: Whether there is such a key.
    package mutating func lost(key place: Int, _ error: GPIOError, at now: Instant) -> Bool {
        guard keys.indices.contains(place) else { return false }
        keys[place].isOpen = false
        keys[place].error = error
        keys[place].backoff.lost(at: now)
        return true
    }

    /// Retries a key whose line came back, if the event of its loss was lost.
    package mutating func returned(_ line: String, at now: Instant) {
        for place in keys.indices where keys[place].isOpen && keys[place].button.line == line {
            keys[place].isOpen = false
            keys[place].backoff.lost(at: now)
        }
    }
}

extension LampFacts {
    /// The rhythm of a lamp for this; nil when it is dark.
    func pattern(for show: Config.Lamp.Show) -> LampPattern? {
        switch show {
        case .talking: isTalking ? isUnheard ? .unheard : .steady : nil
        case .receiving: isReceiving ? .steady : nil
        case .listening: isListening || isTalking ? .steady : nil
        case .ringing: isRinging ? .ringing : nil
        case .missed: hasMissed ? .missed : nil
        case .message: hasMessage ? .missed : nil
        case .recording: isRecorded ? .steady : nil
        case .calling: isCalled ? .callLight : nil
        case .dnd: isResting ? .steady : nil
        case .fault: hasFault ? .steady : nil
        case .unpaired: isUnpaired ? .steady : nil
        }
    }
}
