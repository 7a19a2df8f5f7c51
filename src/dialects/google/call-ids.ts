// Which call a function response answers: Google lets callers leave ids out, and then the name and the order tell.

interface Call {
  id: string;
  name: string;
  isAnswered: boolean;
}

export class CallIds {
  /** Of the latest turn of the model. */
  #calls: Call[] = [];
  #made = 0;
  #sawResponse = false;

  ofCall(given: string | undefined, name: string): string {
    // A turn of the model may come in several contents.
    if (this.#sawResponse) this.#calls = [];
    this.#sawResponse = false;
    const id = given || this.#make();
    this.#calls.push({ id, name, isAnswered: false });
    return id;
  }

  ofResponse(given: string | undefined, name: string): string {
    this.#sawResponse = true;
    const open = this.#calls.filter(({ isAnswered }) => !isAnswered);
    const call = given ? open.find(({ id }) => id === given) : open.find((one) => one.name === name);
    if (call === undefined) return given || this.#make();
    call.isAnswered = true;
    return call.id;
  }

  #make(): string {
    return `call_${this.#made++}`;
  }
}
