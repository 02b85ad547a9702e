package import Config
package import HAL
internal import Realtime
package import Station
package import Time

/// Relays: lines that switch something for a moment.
///
/// Each line is held from the start, switched off, because another program could take a free line.
extension Lines {
    package struct Relay: ~Copyable {
        package var relay: Config.Relay
        package var output = HeldLine()
        package var pulse = RelayPulse()
        /// Whether its rest was reported.
        package var isRestTold = false
        /// The program, button or peer that last requested it, for the journal.
        var askedBy = ""
    }

    /// The outcome of a request.
    package enum Switched: Equatable {
        case done
        /// The relay was on for the longest time allowed, and rests for this long.
        case resting(Duration, isNews: Bool)
        case failed(GPIOError?)
    }

    mutating func configureRelays(_ config: Config) {
        var former = FixedArray(count: config.relays.count) { Relay(relay: config.relays[$0]) }
        swap(&former, &relays)
        for place in relays.indices {
            guard
                let other = former.indices.first(where: {
                    former[$0].relay.hasLine(of: relays[place].relay)
                })
            else { continue }
            swap(&relays[place], &former[other])
            relays[place].relay = config.relays[place]
        }
        // The relays left in `former` are switched off as it ends.
    }

    /// Switches a relay on for its pulse; `who` is for the journal.
    package mutating func pulse(relay place: Int, by who: String, at now: Instant) -> Switched {
        guard relays[place].output.isOpen else { return .failed(relays[place].output.error) }
        guard relays[place].pulse.request(relays[place].relay.pulse, at: now) else {
            let isNews = !relays[place].isRestTold
            relays[place].isRestTold = true
            return .resting(relays[place].pulse.restLeft(at: now) ?? .zero, isNews: isNews)
        }
        relays[place].isRestTold = false
        relays[place].askedBy = who
        set(relay: place, true, at: now)
        return relays[place].pulse.isOn ? .done : .failed(relays[place].output.error)
    }

    /// Switches off the relays whose pulse is over.
    package mutating func updateRelays(at now: Instant) {
        for place in relays.indices where relays[place].pulse.isOn {
            relays[place].pulse.tick(at: now)
            if !relays[place].pulse.isOn { set(relay: place, false, at: now) }
        }
    }

    /// Switches all relays off, for good: each goes off as its line closes.
    ///
    /// - Returns: Whether all of them are certainly off; the state of a lost line is unknown.
    package mutating func stopRelays() -> Bool {
        var areOff = true
        for place in relays.indices {
            relays[place].pulse.stop()
            if !relays[place].output.isOpen { areOff = false }
            relays[place].output.close()
        }
        return areOff
    }

    private mutating func set(relay place: Int, _ isOn: Bool, at now: Instant) {
        relays[place].output.set(isOn, at: now)
        // The state of a lost line is unknown.
        if !relays[place].output.isOpen { relays[place].pulse.stop() }
    }
}

extension Config.Relay {
    /// Whether the other relay is on the same line, switched in the same way.
    package func hasLine(of other: Config.Relay) -> Bool {
        line == other.line && active == other.active
    }
}
