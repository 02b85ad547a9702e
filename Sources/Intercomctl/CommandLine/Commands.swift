internal import Report

extension CommandGroup {
    /// Every command, one row each, in the order of intercomctl(1).
    static let all = [
        CommandGroup(
            "Look",
            [
                Command(
                    name: "status",
                    help: "show the station, its devices and its peers", function: showStatus),
                Command(
                    name: "peers",
                    help: "show only the peers", function: showPeers),
                Command(
                    name: "monitor",
                    help: "print events, line by line, until Ctrl-C", function: monitor),
                Command(
                    name: "history", options: ["--missed", "--since", "--limit", "--json"],
                    help: "show the call history",
                    examples: ["intercomctl history --missed --since 1d"], function: showHistory),
                Command(
                    name: "stats", arguments: "PEER", takes: [.peer],
                    help: "show sound quality and network figures of a peer",
                    examples: ["intercomctl stats garage"], function: showStats),
                Command(
                    name: "levels", options: ["--seconds", "--json"],
                    help: "print sound levels until Ctrl-C", function: showLevels),
            ]),
        CommandGroup(
            "Talk",
            [
                Command(
                    name: "talk", arguments: "TARGET", takes: [.target],
                    options: ["--seconds", "--json"],
                    help: "talk to a peer or channel until Ctrl-C",
                    examples: ["intercomctl talk house", "intercomctl talk --seconds 10 garage"],
                    function: talk),
                Command(
                    name: "ptt", arguments: "down|up TARGET",
                    takes: [.oneOf(["down", "up"]), .target], options: ["--no-wait", "--json"],
                    help: "press or release a virtual talk button",
                    examples: ["intercomctl ptt down house", "intercomctl ptt up house"],
                    function: pressTalkKey),
                Command(
                    name: "reply", arguments: "down|up", takes: [.oneOf(["down", "up"])],
                    options: ["--no-wait", "--json"],
                    help: "virtual talk button for the peer heard last",
                    examples: ["intercomctl reply down", "intercomctl reply up"], function: reply),
                Command(
                    name: "page", arguments: "TARGET", takes: [.target],
                    options: ["--priority", "--seconds", "--json"],
                    help: "speak to a peer or channel at once, until Ctrl-C",
                    examples: [
                        "intercomctl page house", "intercomctl page --priority high garage",
                    ],
                    function: page),
                Command(
                    name: "announce", arguments: "TARGET", most: 2, takes: [.target],
                    options: ["--file", "--priority", "--json"], needed: ["--file"],
                    help: "play a WAV file to a peer or channel",
                    examples: ["intercomctl announce --file gong.wav house"], function: announce),
                Command(
                    name: "relay", arguments: "NAME [PEER]", takes: [.relay, .peer],
                    options: ["--no-wait", "--json"],
                    help: "switch a relay for its pulse, here or at a peer",
                    examples: ["intercomctl relay door", "intercomctl relay door frontdoor"],
                    function: switchRelay),
                Command(
                    name: "signal", arguments: "PEER", takes: [.peer],
                    options: ["--no-wait", "--json"],
                    help: "light the call light of a peer", examples: ["intercomctl signal garage"],
                    function: signalPeer),
            ]),
        CommandGroup(
            "Call",
            [
                Command(
                    name: "call", arguments: "TARGET", takes: [.target],
                    options: ["--priority", "--no-wait", "--json"],
                    help: "call a peer, or all of a channel",
                    examples: [
                        "intercomctl call garage", "intercomctl call --priority high house",
                    ],
                    function: calling(.call)),
                Command(
                    name: "answer",
                    help: "answer the call that rings here", function: asking(.answer)),
                Command(
                    name: "reject",
                    help: "reject the call that rings here", function: asking(.reject)),
                Command(
                    name: "hangup",
                    help: "end the call, or cancel one you are making", function: asking(.hangUp)),
                Command(
                    name: "drop-in", arguments: "PEER", takes: [.peer],
                    options: ["--no-wait", "--json"],
                    help: "open both microphones, if the peer allows it",
                    examples: ["intercomctl drop-in nursery"], function: calling(.dropIn)),
                Command(
                    name: "listen", arguments: "PEER", takes: [.peer],
                    options: ["--no-wait", "--json"],
                    help: "listen to a peer's room, if the peer allows it",
                    examples: ["intercomctl listen nursery"], function: calling(.listenIn)),
            ]),
        CommandGroup(
            "Messages",
            [
                Command(
                    name: "message record", arguments: "TARGET", takes: [.target],
                    options: ["--seconds", "--yes", "--json"],
                    help: "speak a message to a peer or channel until Enter",
                    examples: ["intercomctl message record garage"], function: recordMessage),
                Command(
                    name: "message send", arguments: "TARGET FILE.wav", takes: [.target, .file],
                    help: "leave a message of a WAV file",
                    examples: ["intercomctl message send garage supper.wav"],
                    function: sendMessage),
                Command(
                    name: "message list",
                    help: "show the messages from peers and to them", function: listMessages),
                Command(
                    name: "message play", arguments: "[N]", takes: [.anything],
                    help: "play what waits here, or one message",
                    examples: ["intercomctl message play", "intercomctl message play 3"],
                    function: playMessages),
                Command(
                    name: "message delete", arguments: "N|all", takes: [.anything],
                    help: "delete a message, or all",
                    examples: ["intercomctl message delete 3"], function: deleteMessages),
                Command(
                    name: "replay", arguments: "[PEER]", takes: [.peer],
                    help: "play once more what was heard last",
                    examples: ["intercomctl replay", "intercomctl replay garage"],
                    function: playAgain),
            ]),
        CommandGroup(
            "Volume and quiet",
            [
                Command(
                    name: "volume", arguments: "[WHAT] [N|+N|-N]",
                    takes: [.oneOf(SavedState.Volumes.Kind.allCases.map { $0.rawValue })],
                    help: "set speaker, ring, tones or page, in percent",
                    examples: [
                        "intercomctl volume",
                        "intercomctl volume 60",
                        "intercomctl volume ring -10",
                    ],
                    function: setVolume),
                Command(
                    name: "mute", arguments: "WHAT", takes: [.mutable],
                    help: "mute mic, speaker, a peer or a channel",
                    examples: ["intercomctl mute mic", "intercomctl mute garage"],
                    function: muting(true)),
                Command(
                    name: "unmute", arguments: "WHAT", takes: [.mutable],
                    help: "unmute mic, speaker, a peer or a channel",
                    examples: ["intercomctl unmute mic"], function: muting(false)),
                Command(
                    name: "dnd", arguments: "[on|off]", takes: [.oneOf(["on", "off"])],
                    options: ["--for", "--json"],
                    help: "do not disturb, for a time or until turned off",
                    examples: ["intercomctl dnd on --for 1h", "intercomctl dnd off"],
                    function: setDoNotDisturb),
            ]),
        CommandGroup(
            "Keys and peers",
            [
                Command(
                    name: "key show", options: ["--json", "--fingerprint"],
                    help: "print the public key, or its fingerprint", function: showPublicKey),
                Command(
                    name: "peer list",
                    help: "list the peers in the files; needs no daemon", function: listPeers),
                Command(
                    name: "peer show", arguments: "NAME", takes: [.peer],
                    help: "show how a peer is protected and what it may do",
                    examples: ["intercomctl peer show garage"], function: showPeer),
                Command(
                    name: "pair", arguments: "[HOST] [CODE]", most: 12,
                    options: ["--name", "--join", "--move", "--yes", "--json"],
                    help: "make two stations peers by a code",
                    examples: [
                        "intercomctl pair",
                        "intercomctl pair 7K9M-QX2W",
                        "intercomctl pair 192.0.2.7 7K9M-QX2W",
                    ],
                    function: pair),
                Command(
                    name: "peer add", arguments: "NAME ADDRESS KEY", most: 16, takes: [.anything],
                    options: ["--psk-file", "--suite", "--gain", "--no-reload", "--json"],
                    help: "add a peer; write - as ADDRESS if it calls here",
                    examples: [
                        "sudo intercomctl peer add garage garage.local intercom1:...",
                        "sudo intercomctl peer add --psk-file house.psk garage - intercom1:...",
                    ],
                    function: addPeer),
                Command(
                    name: "peer set", arguments: "NAME", takes: [.peer],
                    options: [
                        "--address", "--psk-file", "--suite", "--gain", "--revoked", "--no-reload",
                        "--json",
                    ],
                    help: "change settings of a peer",
                    examples: [
                        "sudo intercomctl peer set --address garage.local garage",
                        "sudo intercomctl peer set --gain -6dB garage",
                    ],
                    function: setPeer),
                Command(
                    name: "peer verify", arguments: "NAME DIGITS", most: 7, takes: [.peer],
                    options: ["--no-reload", "--json"],
                    help: "record that a peer's fingerprint was compared",
                    examples: ["sudo intercomctl peer verify garage 6615 5028 5009 7032 9321 0175"],
                    function: verifyPeer),
                Command(
                    name: "peer rename", arguments: "NAME NEW", takes: [.peer],
                    options: ["--no-reload", "--json"],
                    help: "rename a peer on this station",
                    examples: ["sudo intercomctl peer rename garage workshop"],
                    function: renamePeer),
                Command(
                    name: "peer replace", arguments: "NAME KEY|PEER", takes: [.peer, .peer],
                    options: ["--yes", "--no-reload", "--json"],
                    help: "let a new station take a dead one's place",
                    examples: [
                        "sudo intercomctl peer replace garage garage-2",
                        "sudo intercomctl peer replace garage intercom1:...",
                    ],
                    function: replacePeer),
                Command(
                    name: "peer remove", arguments: "NAME", takes: [.peer],
                    options: ["--no-reload", "--json"],
                    help: "remove a peer that is not of the site",
                    examples: ["sudo intercomctl peer remove garage"], function: removePeer),
            ]),
        CommandGroup(
            "Site",
            [
                Command(
                    name: "site init", arguments: "NAME", takes: [.anything],
                    options: ["--address", "--take-over", "--yes", "--no-reload", "--json"],
                    help: "begin a site, whose stations are introduced here",
                    examples: ["sudo intercomctl site init house"], function: beginSite),
                Command(
                    name: "site add", arguments: "NAME [KEY]", takes: [.peer],
                    options: ["--address", "--no-reload", "--json"],
                    help: "introduce a station to all of the site",
                    examples: [
                        "sudo intercomctl site add garage intercom1:...",
                        "sudo intercomctl site add garage",
                    ],
                    function: addToSite),
                Command(
                    name: "site remove", arguments: "NAME", takes: [.peer],
                    options: ["--yes", "--no-reload", "--json"],
                    help: "take a station out of the site",
                    examples: ["sudo intercomctl site remove garage"], function: removeFromSite),
                Command(
                    name: "site replace", arguments: "NAME KEY|PEER", takes: [.peer, .peer],
                    options: ["--address", "--yes", "--no-reload", "--json"],
                    help: "introduce the successor of a dead station",
                    examples: [
                        "sudo intercomctl site replace garage garage-2",
                        "sudo intercomctl site replace garage intercom1:...",
                    ],
                    function: replaceInSite),
                Command(
                    name: "site rename", arguments: "NAME NEW", takes: [.peer, .anything],
                    options: ["--no-reload", "--json"],
                    help: "give a station of the site another name",
                    examples: ["sudo intercomctl site rename garage workshop"],
                    function: renameInSite),
                Command(
                    name: "site channel", arguments: "NAME STATIONS", most: 33,
                    takes: [.anything, .peer], options: ["--no-reload", "--json"],
                    help: "make a channel of stations, or of all; - ends it",
                    examples: [
                        "sudo intercomctl site channel upstairs attic bedroom",
                        "sudo intercomctl site channel everyone all",
                        "sudo intercomctl site channel upstairs -",
                    ],
                    function: setSiteChannel),
                Command(
                    name: "site join", arguments: "[PEER]", takes: [.peer],
                    options: ["--site", "--yes", "--json"],
                    help: "join the site that a peer shows", examples: ["intercomctl site join"],
                    function: joinSite),
                Command(
                    name: "site list",
                    help: "show the site and its stations; needs no daemon", function: listSite),
                Command(
                    name: "site export",
                    help: "print the signed roster, for site import", function: exportSite),
                Command(
                    name: "site import", arguments: "[FILE]", takes: [.file],
                    options: ["--site", "--yes", "--no-reload", "--json"],
                    help: "make the stations of a roster peers",
                    examples: [
                        "ssh kitchen intercomctl site export | sudo intercomctl site import",
                        "sudo intercomctl site import house.roster",
                    ],
                    function: importSite),
                Command(
                    name: "site leave", options: ["--yes", "--no-reload", "--json"],
                    help: "forget the site, and the peers that came with it", function: leaveSite),
            ]),
        CommandGroup(
            "Recordings",
            [
                Command(
                    name: "recording keygen", arguments: "[FILE]", takes: [.file],
                    help: "make a key to seal recordings to",
                    examples: ["intercomctl recording keygen house.key"],
                    function: makeRecordingKey),
                Command(
                    name: "recording verify", arguments: "FILE", takes: [.file],
                    options: ["--key-file", "--json"],
                    help: "check that a recording is whole",
                    examples: ["intercomctl recording verify talk.icrec"],
                    function: verifyRecording),
                Command(
                    name: "recording show", arguments: "FILE", takes: [.file],
                    options: ["--key-file", "--json"], needed: ["--key-file"],
                    help: "show the talkers and figures of a recording",
                    examples: ["intercomctl recording show --key-file house.key talk.icrec"],
                    function: showRecording),
                Command(
                    name: "recording open", arguments: "FILE", takes: [.file],
                    options: ["--key-file", "--out", "--mix", "--json"], needed: ["--key-file"],
                    help: "write a WAV file for each talker",
                    examples: ["intercomctl recording open --key-file house.key talk.icrec"],
                    function: openRecording),
            ]),
        CommandGroup(
            "Set up",
            [
                Command(
                    name: "setup", options: ["--name", "--yes", "--force", "--json"],
                    help: "write a first configuration for this machine", function: setUp),
                Command(
                    name: "doctor", arguments: "[TOPIC...]", most: 32,
                    takes: [.oneOf(Check.Topic.allCases.map { $0.rawValue })],
                    help: "look for faults and print how to fix each",
                    examples: ["intercomctl doctor", "intercomctl doctor status disk"],
                    function: runDoctor),
                Command(
                    name: "config check",
                    help: "check the configuration", function: checkConfig),
                Command(
                    name: "config show",
                    help: "print the configuration with every default", function: showConfig),
                Command(
                    name: "reload",
                    help: "make the daemon read the configuration again", function: reloadConfig),
            ]),
        CommandGroup(
            "Try devices",
            [
                Command(
                    name: "test speaker",
                    help: "play a rising tone on the speaker", function: testSpeaker),
                Command(
                    name: "test mic",
                    help: "show the microphone's level for 3 s", function: testMicrophone),
                Command(
                    name: "test button", arguments: "[NAME]", takes: [.button],
                    options: ["--seconds", "--json"],
                    help: "wait for a press of a talk button",
                    examples: ["intercomctl test button", "intercomctl test button ptt"],
                    function: testButton),
                Command(
                    name: "test hear", options: ["--seconds", "--loss", "--json"],
                    help: "speak, and hear what a listener would",
                    examples: ["intercomctl test hear", "intercomctl test hear --loss 10"],
                    function: testHearing),
                Command(
                    name: "test wire", options: ["--seconds", "--json"],
                    help: "speak, and hear what a wiretap would",
                    function: testWire),
                Command(
                    name: "audio list",
                    help: "list sound cards and their values for [audio]", function: listAudio),
                Command(
                    name: "gpio list",
                    help: "list GPIO lines and their values for line", function: listGPIO),
                Command(
                    name: "keys list",
                    help: "list keys of keypads and their values for line",
                    function: listKeypadKeys),
            ]),
        CommandGroup(
            "Help",
            [
                Command(
                    name: "version",
                    help: "print the versions of program and daemon",
                    function: showVersion),
                Command(
                    name: "completion", arguments: "bash", most: 1000, takes: [.oneOf(["bash"])],
                    options: [],
                    help: "print a script that completes commands with Tab",
                    examples: ["intercomctl completion bash"],
                    function: completion),
                Command(
                    name: "help", arguments: "[COMMAND]", most: 2, takes: [.command, .command],
                    options: [],
                    help: "print this, or the help of one command",
                    examples: ["intercomctl help talk", "intercomctl help peer add"],
                    function: showHelp),
            ]),
    ]
}
