package import Config
internal import Files
package import HAL
package import Realtime
package import Station
package import Time

/// The lines: keys, which go to the media loop, lamps and relays, which stay here.
///
/// Lines that are absent or busy are tried again for ever, as cards are.
package struct Lines: ~Copyable {
    package struct Key {
        package var button: Config.Button
        package var error: GPIOError?
        package var isOpen: Bool
        /// Nil until the media loop has read it; a press before that counts as none.
        package var isDown: Bool?
        /// When it last went down.
        package var pressedAt: Instant?
        /// Held past the limit, and still down.
        package var isStuck = false
        var backoff = Backoff()

        package init(button: Config.Button, isOpen: Bool, isDown: Bool? = nil) {
            (self.button, self.isOpen, self.isDown) = (button, isOpen, isDown)
        }
    }

    package struct Lamp: ~Copyable {
        package var lamp: Config.Lamp
        package var line: OutputLine?
        package var error: GPIOError?
        package var isOn = false
        /// Since when it has something to show, and when its rhythm goes on.
        package var since: Instant?
        package var changesAt: Instant?
        var backoff = Backoff()

        package var isShowing: Bool { since != nil }
        package var isOpen: Bool {
            switch line {
            case .some: true
            case .none: false
            }
        }
    }

    /// A line that opened (nil), or cannot be opened for a reason not told yet; by its place.
    ///
    /// Or a relay that rests from now on for so long, and who asked for it last.
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

    /// Other settings: lines that are the same stay as they are, the others are opened anew.
    ///
    /// Lines of keys that are not wanted any more are the media loop's to hand back.
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

    /// Opens what is not open and due; `report` is told each new complaint.
    package mutating func tick(at now: Instant, _ rings: Rings, _ report: (Change) -> Void) {
        for place in keys.indices where !keys[place].isOpen && keys[place].backoff.isDue(at: now) {
            let before = keys[place].error
            openKey(place, at: now, rings)
            if keys[place].isOpen || keys[place].error != before {
                report(.key(place, keys[place].error))
            }
        }
        for place in lamps.indices where isDue(lamp: place, at: now) {
            let before = lamps[place].error
            openLamp(place, at: now)
            if lamps[place].error == nil || lamps[place].error != before {
                report(.lamp(place, lamps[place].error))
            }
        }
        openRelays(at: now) { report(.relay($0, $1)) }
        followRelays(at: now)
        for place in relays.indices {
            guard let rest = relays[place].pulse.takeNewRest() else { continue }
            report(.relayRests(place, rest, askedBy: relays[place].askedBy))
        }
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

    private func isDue(lamp place: Int, at now: Instant) -> Bool {
        switch lamps[place].line {
        case .some: false
        case .none: lamps[place].backoff.isDue(at: now)
        }
    }

    private mutating func openLamp(_ place: Int, at now: Instant) {
        let lamp = lamps[place].lamp
        do throws(GPIOError) {
            lamps[place].line = try OutputLine(
                name: lamp.line, activeLow: lamp.isActiveLow, isActive: lamps[place].isOn,
                consumer: "intercomd \(lamp.name)")
            lamps[place].error = nil
            lamps[place].backoff.succeeded(at: now)
        } catch {
            lamps[place].error = error
            lamps[place].backoff.failed(at: now)
        }
    }

    /// Lights each lamp in the rhythm that `pattern` says, and darkens those without one.
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

    /// Whether there is a lamp that shows this, and its line can be set.
    package func canShow(_ show: Config.Lamp.Show) -> Bool {
        lamps.indices.contains { lamps[$0].lamp.show == show && lamps[$0].isOpen }
    }

    private mutating func set(_ place: Int, _ isOn: Bool, at now: Instant) {
        guard isOn != lamps[place].isOn else { return }
        lamps[place].isOn = isOn
        do throws(GPIOError) {
            try lamps[place].line?.set(isOn)
        } catch {
            lamps[place].line = nil
            lamps[place].error = error
            lamps[place].backoff.lost(at: now)
        }
    }

    /// Whether any line that should be open is not.
    package var hasFault: Bool {
        if keys.contains(where: { !$0.isOpen }) { return true }
        for place in lamps.indices where lamps[place].error != nil { return true }
        for place in relays.indices where relays[place].error != nil { return true }
        return false
    }

    /// When the next attempt, or the next change of a lamp or a relay, is due; nil when none is.
    package var deadline: Instant? {
        var first: Instant?
        for key in keys where !key.isOpen { first = min(first ?? key.backoff.due, key.backoff.due) }
        for place in lamps.indices where lamps[place].error != nil {
            let due = lamps[place].backoff.due
            first = min(first ?? due, due)
        }
        for place in lamps.indices {
            guard let due = lamps[place].changesAt else { continue }
            first = min(first ?? due, due)
        }
        if let due = relayDeadline { first = min(first ?? due, due) }
        return first
    }
}

extension Config.Button {
    /// Whether the other is read from the same line in the same way.
    package func hasLine(of other: Config.Button) -> Bool {
        if isVoiceOperated || other.isVoiceOperated {
            return isVoiceOperated && other.isVoiceOperated && name == other.name
        }
        return line == other.line && bias == other.bias && active == other.active
    }
}

extension Config.Lamp {
    /// Whether the other is on the same line, lit in the same way.
    package func hasLine(of other: Config.Lamp) -> Bool {
        line == other.line && active == other.active
    }
}

/// The changes of buttons that the media loop reports, by their places.
///
/// A place that does not exist is of the old settings: the `adopted` event was lost because the
/// ring buffer was full.
extension Lines {
    /// A key went down or up.
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

    /// A key was held for longer than it may open the microphone.
    package mutating func timedOut(key place: Int) {
        guard keys.indices.contains(place) else { return }
        keys[place].isStuck = keys[place].isDown == true
    }

    /// A key could not be read.
    ///
    /// - Returns: Whether there is such a key.
    package mutating func lost(key place: Int, _ error: GPIOError, at now: Instant) -> Bool {
        guard keys.indices.contains(place) else { return false }
        keys[place].isOpen = false
        keys[place].error = error
        keys[place].backoff.lost(at: now)
        return true
    }

    /// The line of a key that could not be read came back; if it counts as open, why went unheard.
    package mutating func returned(_ line: String, at now: Instant) {
        for place in keys.indices where keys[place].isOpen && keys[place].button.line == line {
            keys[place].isOpen = false
            keys[place].backoff.lost(at: now)
        }
    }
}

extension LampShow {
    package init(_ configured: Config.Lamp.Show) {
        self =
            switch configured {
            case .talking: .talking
            case .receiving: .receiving
            case .listening: .listening
            case .ringing: .ringing
            case .missed: .missed
            case .calling: .calling
            case .dnd: .doNotDisturb
            case .fault: .fault
            case .unpaired: .unpaired
            }
    }
}
