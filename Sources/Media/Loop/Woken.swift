internal import HAL

/// The source that a descriptor in the media loop's epoll set stands for.
struct Token: RawRepresentable {
    let rawValue: UInt32

    static let commands = Token(rawValue: 0)
    static let socket = Token(rawValue: 1)
    static let timer = Token(rawValue: 2)
    static let strays = Token(rawValue: 3)
    /// The clock master's descriptors, by index.
    static let card = 8 as UInt32
    static let cardDescriptorsMax = 8
    /// The talk keys' lines, by the key's place.
    static let key = 16 as UInt32
}

/// The sources that woke one turn of the media loop.
struct Woken {
    var commands = false
    var socket = false
    var strays = false
    var timer = false
    var card = false
    /// The epoll events of each of the clock master's descriptors.
    var cardEvents = InlineArray<8, UInt32>(repeating: 0)
    /// One bit for each talk key.
    var keys: UInt32 = 0

    /// Whether datagrams came, and nothing else happened.
    var isSocketOnly: Bool {
        (socket || strays) && !(commands || timer || card) && keys == 0
    }

    /// Whether a period has passed; only the clock master decides that.
    ///
    /// A card may finish a period before it wakes the loop. If the loop took the period in a turn
    /// with another cause, it would mix the next block too early, and miss packets that still
    /// arrive in time.
    func isPeriod(of master: ClockMaster.Source) -> Bool {
        card || timer && master == .timer
    }

    mutating func note(_ event: EventLoop.Event) {
        switch event.token {
        case Token.commands.rawValue: commands = true
        case Token.socket.rawValue: socket = true
        case Token.timer.rawValue: timer = true
        case Token.strays.rawValue: strays = true
        case Token.card..<Token.card + UInt32(Token.cardDescriptorsMax):
            card = true
            cardEvents[Int(event.token - Token.card)] = event.events
        case Token.key...:
            keys |= 1 << (event.token - Token.key)
        default: break
        }
    }
}
