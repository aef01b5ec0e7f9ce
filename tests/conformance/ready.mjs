// Whether something answers at a URL, through the gateway and from the origin behind it.
const answer = await fetch(process.argv[2])
process.exit(answer.status < 500 ? 0 : 1)
